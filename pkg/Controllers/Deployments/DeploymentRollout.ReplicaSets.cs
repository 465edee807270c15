using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Controllers.Deployments;

/// <summary>How a rollout creates, numbers and scales ReplicaSets.</summary>
internal sealed partial class DeploymentRollout
{
    /// <summary>
    /// Creates the set of the present template when there is none, and brings its metadata up to date.
    /// </summary>
    private async Task EnsureNewestAsync(CancellationToken ct)
    {
        if (history.Newest is null)
        {
            await CreateNewestAsync(ct).ConfigureAwait(false);
        }

        await RefreshNewestAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Gives the newest set the highest revision, the Deployment's annotations and minReadySeconds.</summary>
    private async Task RefreshNewestAsync(CancellationToken ct)
    {
        if (history.Newest is not { } newest)
        {
            return;
        }

        var copy = KubeJson.Clone(newest);
        var changed = DeploymentAnnotations.SetOnNewest(_deployment, copy, NextRevision(), false);
        if ((copy.Spec!.MinReadySeconds ?? 0) != (_deployment.Spec!.MinReadySeconds ?? 0))
        {
            copy.Spec.MinReadySeconds = _deployment.Spec.MinReadySeconds;
            changed = true;
        }

        if (changed)
        {
            history.Newest = await client.Of<V1ReplicaSet>().UpdateAsync(copy, ct).ConfigureAwait(false);
        }

        await NoteRevisionAsync(history.Newest!, ct).ConfigureAwait(false);
        if (DeploymentStatusCalculator.HasProgressDeadline(_deployment)
            && DeploymentConditions.Find(_deployment.Status, DeploymentConditions.Progressing) is null)
        {
            await WriteConditionAsync(DeploymentConditions.Make(
                DeploymentConditions.Progressing, "True", DeploymentConditions.FoundNewReplicaSet,
                $"Found new replica set \"{newest.Metadata.Name}\"", time.GetUtcNow()), ct).ConfigureAwait(false);
        }
    }

    private long NextRevision() => history.Old.Select(DeploymentAnnotations.RevisionOf).DefaultIfEmpty().Max() + 1;

    private async Task NoteRevisionAsync(V1ReplicaSet newest, CancellationToken ct)
    {
        var revision = newest.Metadata.Annotations?.GetValueOrDefault(DeploymentAnnotations.Revision);
        if (revision is null || _deployment.Metadata.Annotations?.GetValueOrDefault(DeploymentAnnotations.Revision) == revision)
        {
            return;
        }

        // An update, not a patch: upstream's role of this controller may not patch deployments.
        var changed = KubeJson.Clone(_deployment);
        changed.Metadata.Annotations ??= [];
        changed.Metadata.Annotations[DeploymentAnnotations.Revision] = revision;
        var updated = await client.Of<V1Deployment>().UpdateAsync(changed, ct).ConfigureAwait(false);
        _deployment.Metadata = updated.Metadata;
    }

    private async Task CreateNewestAsync(CancellationToken ct)
    {
        var wanted = NewestFromTemplate();
        try
        {
            history.Newest = await client.Of<V1ReplicaSet>().CreateAsync(wanted, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists))
        {
            history.Newest = await TakeExistingAsync(wanted, e, ct).ConfigureAwait(false);
            return;
        }
        catch (ApiException e) when (!NamespaceTermination.IsCauseOf(e))
        {
            await ReportCreateErrorAsync(wanted, e, ct).ConfigureAwait(false);
            throw;
        }

        var replicas = ReplicaSetHistory.Replicas(wanted);
        if (replicas > 0)
        {
            events.Normal(
                _deployment, "ScalingReplicaSet", $"Scaled up replica set {wanted.Metadata.Name} from 0 to {replicas}");
        }

        await NoteRevisionAsync(history.Newest, ct).ConfigureAwait(false);
        if (DeploymentStatusCalculator.HasProgressDeadline(_deployment))
        {
            await WriteConditionAsync(DeploymentConditions.Make(
                DeploymentConditions.Progressing, "True", DeploymentConditions.NewReplicaSetCreated,
                $"Created new replica set \"{wanted.Metadata.Name}\"", time.GetUtcNow()), ct).ConfigureAwait(false);
        }
    }

    private V1ReplicaSet NewestFromTemplate()
    {
        var template = KubeJson.Clone(_deployment.Spec!.Template);
        var hash = PodTemplateHash.Compute(template, _deployment.Status?.CollisionCount);
        var labels = (template.Metadata ??= new V1ObjectMeta()).Labels ??= [];
        labels[PodTemplateHash.Label] = hash;
        var selector = KubeJson.Clone(_deployment.Spec.Selector);
        (selector.MatchLabels ??= [])[PodTemplateHash.Label] = hash;
        var set = new V1ReplicaSet
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{_deployment.Metadata.Name}-{hash}",
                Namespace = Namespace,
                Labels = new Dictionary<string, string>(labels),
                OwnerReferences = [ControllerReferences.To(V1Deployment.GroupVersionKind, _deployment.Metadata)],
            },
            Spec = new V1ReplicaSetSpec
            {
                Replicas = _math.GrownNewSet(0, history.TotalReplicas),
                MinReadySeconds = _deployment.Spec.MinReadySeconds,
                Selector = selector,
                Template = template,
            },
        };
        DeploymentAnnotations.SetOnNewest(_deployment, set, NextRevision(), true);
        return set;
    }

    /// <summary>
    /// The name is taken: by the set that an earlier sync created and the cache does not show yet, or, when the hashes
    /// of
    /// two templates are the same, by a stranger. Then the next hash is made with a higher collision count.
    /// </summary>
    private async Task<V1ReplicaSet> TakeExistingAsync(V1ReplicaSet wanted, ApiException taken, CancellationToken ct)
    {
        var existing = await client.Of<V1ReplicaSet>().GetAsync(Namespace, wanted.Metadata.Name!, ct).ConfigureAwait(false);
        if (existing is not null && ControllerReferences.IsControlledBy(existing, _deployment.Metadata)
            && PodTemplateHash.SameTemplate(existing.Spec?.Template, _deployment.Spec?.Template))
        {
            return existing;
        }

        if (existing is not null)
        {
            _deployment.Status ??= new V1DeploymentStatus();
            _deployment.Status.CollisionCount = (_deployment.Status.CollisionCount ?? 0) + 1;
            await client.Of<V1Deployment>().UpdateStatusAsync(_deployment, ct).ConfigureAwait(false);
        }

        throw taken;
    }

    private async Task ReportCreateErrorAsync(V1ReplicaSet wanted, ApiException error, CancellationToken ct)
    {
        var message = $"Failed to create new replica set \"{wanted.Metadata.Name}\": {error.Message}";
        events.Warning(_deployment, DeploymentConditions.ReplicaSetCreateError, message);
        if (DeploymentStatusCalculator.HasProgressDeadline(_deployment))
        {
            await WriteConditionAsync(DeploymentConditions.Make(
                DeploymentConditions.Progressing, "False", DeploymentConditions.ReplicaSetCreateError, message,
                time.GetUtcNow()), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a set this size and notes the size of the whole on it; true when its size has changed.</summary>
    private async Task<bool> ScaleAsync(V1ReplicaSet set, int replicas, CancellationToken ct)
    {
        var before = ReplicaSetHistory.Replicas(set);
        var max = _math.Replicas + _math.MaxSurge;
        if (before == replicas && !DeploymentAnnotations.NeedsSizes(set, _math.Replicas, max))
        {
            return false;
        }

        var copy = KubeJson.Clone(set);
        copy.Spec!.Replicas = replicas;
        DeploymentAnnotations.SetSizes(copy, _math.Replicas, max);
        history.Replace(set, await client.Of<V1ReplicaSet>().UpdateAsync(copy, ct).ConfigureAwait(false));
        if (before == replicas)
        {
            return false;
        }

        var direction = replicas > before ? "up" : "down";
        events.Normal(
            _deployment, "ScalingReplicaSet",
            $"Scaled {direction} replica set {set.Metadata.Name} from {before} to {replicas}");
        return true;
    }
}
