using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;

namespace Kube1.Controllers.Deployments;

/// <summary>
/// One sync of one Deployment: at most one step of its rollout (sets up, or sets down), then its status. The next step
/// follows when the ReplicaSets report what the last one did.
/// </summary>
internal sealed partial class DeploymentRollout(
    KubeClient client,
    EventRecorder events,
    TimeProvider time,
    V1Deployment deployment,
    ReplicaSetHistory history,
    IReadOnlyCollection<V1Pod> pods)
{
    private const int NoLimit = int.MaxValue;

    private readonly RolloutMath _math = RolloutMath.Of(deployment);
    private V1Deployment _deployment = deployment;

    private string Namespace => _deployment.Metadata.Namespace!;

    private bool IsPaused => _deployment.Spec?.Paused == true;

    public async Task<SyncResult> RunAsync(CancellationToken ct)
    {
        if (_deployment.Metadata.DeletionTimestamp is not null)
        {
            return await WriteCountsAsync(ct).ConfigureAwait(false);
        }

        await MarkPausedOrResumedAsync(ct).ConfigureAwait(false);
        if (IsPaused || IsScalingEvent())
        {
            await RefreshNewestAsync(ct).ConfigureAwait(false);
            await ScaleAllAsync(ct).ConfigureAwait(false);
            if (IsPaused)
            {
                await DeleteOldHistoryAsync(ct).ConfigureAwait(false);
            }

            return await WriteCountsAsync(ct).ConfigureAwait(false);
        }

        return _math.IsRolling
            ? await RollAsync(ct).ConfigureAwait(false)
            : await RecreateAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> RollAsync(CancellationToken ct)
    {
        await EnsureNewestAsync(ct).ConfigureAwait(false);
        var newest = history.Newest!;
        var wanted = ReplicaSetHistory.Replicas(newest) > _math.Replicas
            ? _math.Replicas
            : _math.GrownNewSet(ReplicaSetHistory.Replicas(newest), history.TotalReplicas);
        if (!await ScaleAsync(newest, wanted, ct).ConfigureAwait(false)
            && !await ShrinkOldAsync(ct).ConfigureAwait(false)
            && DeploymentStatusCalculator.IsComplete(_deployment, _deployment.Status))
        {
            await DeleteOldHistoryAsync(ct).ConfigureAwait(false);
        }

        return await WriteProgressAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> RecreateAsync(CancellationToken ct)
    {
        await RefreshNewestAsync(ct).ConfigureAwait(false);
        var scaledDown = false;
        foreach (var old in history.ActiveOld)
        {
            scaledDown |= await ScaleAsync(old, 0, ct).ConfigureAwait(false);
        }

        if (scaledDown || OldPodsRun())
        {
            return await WriteProgressAsync(ct).ConfigureAwait(false);
        }

        await EnsureNewestAsync(ct).ConfigureAwait(false);
        await ScaleAsync(history.Newest!, _math.Replicas, ct).ConfigureAwait(false);
        if (DeploymentStatusCalculator.IsComplete(_deployment, _deployment.Status))
        {
            await DeleteOldHistoryAsync(ct).ConfigureAwait(false);
        }

        return await WriteProgressAsync(ct).ConfigureAwait(false);
    }

    private bool OldPodsRun() =>
        history.Old.Sum(s => s.Status?.Replicas ?? 0) > 0
        || pods.Any(p => p.Status?.Phase is not ("Succeeded" or "Failed")
            && ControllerReferences.Of(p)?.Uid != history.Newest?.Metadata.Uid);

    private async Task<bool> ShrinkOldAsync(CancellationToken ct)
    {
        var budget = _math.MaxOldPodsToRemove(
            history.TotalReplicas, ReplicaSetHistory.Replicas(history.Newest!),
            history.Newest!.Status?.AvailableReplicas ?? 0);
        if (history.ActiveOld.Count == 0 || budget <= 0)
        {
            return false;
        }

        var old = history.ActiveOld;
        var healthy = RolloutMath.WithoutUnhealthy(
            [.. old.Select(s => (ReplicaSetHistory.Replicas(s), s.Status?.AvailableReplicas ?? 0))], budget);
        var scaled = await ScaleEachAsync(old, healthy, ct).ConfigureAwait(false);
        old = history.ActiveOld;

        // A set that was just made smaller still reports the pods that it is about to delete: they do not count.
        var available = history.All.Sum(s => Math.Min(s.Status?.AvailableReplicas ?? 0, ReplicaSetHistory.Replicas(s)));
        var sizes = _math.ScaledDownOld([.. old.Select(ReplicaSetHistory.Replicas)], available);
        return await ScaleEachAsync(old, sizes, ct).ConfigureAwait(false) || scaled;
    }

    private async Task<bool> ScaleEachAsync(List<V1ReplicaSet> sets, List<int> sizes, CancellationToken ct)
    {
        var scaled = false;
        for (var i = 0; i < sets.Count; i++)
        {
            if (sizes[i] != ReplicaSetHistory.Replicas(sets[i]))
            {
                scaled |= await ScaleAsync(sets[i], sizes[i], ct).ConfigureAwait(false);
            }
        }

        return scaled;
    }

    /// <summary>The user has changed the number of replicas since the sets were last scaled.</summary>
    private bool IsScalingEvent() => history.Active.Exists(
        s => DeploymentAnnotations.CountOf(s, DeploymentAnnotations.DesiredReplicas) is { } desired
            && desired != _math.Replicas);

    /// <summary>Brings the sets to a new size of the whole, without going on with the rollout.</summary>
    private async Task ScaleAllAsync(CancellationToken ct)
    {
        if (history.All.Count == 0)
        {
            return;
        }

        var active = history.Active;
        if (active.Count <= 1)
        {
            var only = active.Count == 1 ? active[0] : history.Newest ?? history.Old[^1];
            await ScaleAsync(only, _math.Replicas, ct).ConfigureAwait(false);
        }
        else if (IsSaturated())
        {
            await ScaleEachAsync(history.ActiveOld, [.. history.ActiveOld.Select(_ => 0)], ct).ConfigureAwait(false);
        }
        else if (_math.IsRolling)
        {
            await ScaleProportionallyAsync(active, ct).ConfigureAwait(false);
        }
    }

    private async Task ScaleProportionallyAsync(List<V1ReplicaSet> active, CancellationToken ct)
    {
        // Growing favours the newest of equals, shrinking takes from the oldest first: both move the rollout on.
        var grows = _math.Replicas + _math.MaxSurge > active.Sum(ReplicaSetHistory.Replicas);
        var bySize = active.OrderByDescending(ReplicaSetHistory.Replicas);
        List<V1ReplicaSet> order = grows
            ? [.. bySize.ThenByDescending(s => s.Metadata.CreationTimestamp)]
            : [.. bySize.ThenBy(s => s.Metadata.CreationTimestamp)];
        var sizes = _math.Proportional(
            [.. order.Select(s => (ReplicaSetHistory.Replicas(s),
                DeploymentAnnotations.CountOf(s, DeploymentAnnotations.MaxReplicas) ?? 0))],
            _deployment.Status?.Replicas ?? 0);
        for (var i = 0; i < order.Count; i++)
        {
            await ScaleAsync(order[i], sizes[i], ct).ConfigureAwait(false);
        }
    }

    private bool IsSaturated() =>
        history.Newest is { } newest
        && ReplicaSetHistory.Replicas(newest) == _math.Replicas
        && DeploymentAnnotations.CountOf(newest, DeploymentAnnotations.DesiredReplicas) == _math.Replicas
        && (newest.Status?.AvailableReplicas ?? 0) == _math.Replicas;

    private async Task<SyncResult> WriteCountsAsync(CancellationToken ct)
    {
        var status = DeploymentStatusCalculator.Calculate(_deployment, history.All, history.Newest, time.GetUtcNow());
        await WriteStatusAsync(status, ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    private async Task<SyncResult> WriteProgressAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var status = DeploymentStatusCalculator.Calculate(_deployment, history.All, history.Newest, now);
        DeploymentStatusCalculator.AddProgress(status, _deployment, history.All, history.Newest, now);
        await WriteStatusAsync(status, ct).ConfigureAwait(false);
        return DeploymentStatusCalculator.UntilDeadline(_deployment, status, now) is { } left
            ? SyncResult.RequeueAfter(left)
            : SyncResult.Done;
    }

    private async Task WriteStatusAsync(V1DeploymentStatus status, CancellationToken ct)
    {
        if (!DeploymentStatusCalculator.AreEqual(_deployment.Status, status))
        {
            _deployment.Status = status;
            _deployment = await client.Of<V1Deployment>().UpdateStatusAsync(_deployment, ct).ConfigureAwait(false);
        }
    }

    private async Task MarkPausedOrResumedAsync(CancellationToken ct)
    {
        var current = DeploymentConditions.Find(_deployment.Status, DeploymentConditions.Progressing);
        if (!DeploymentStatusCalculator.HasProgressDeadline(_deployment)
            || current?.Reason == DeploymentConditions.ProgressDeadlineExceeded)
        {
            return;
        }

        var wasPaused = current?.Reason == DeploymentConditions.DeploymentPaused;
        if (IsPaused == wasPaused)
        {
            return;
        }

        var (reason, message) = IsPaused
            ? (DeploymentConditions.DeploymentPaused, "Deployment is paused")
            : (DeploymentConditions.DeploymentResumed, "Deployment is resumed");
        await WriteConditionAsync(DeploymentConditions.Make(
            DeploymentConditions.Progressing, "Unknown", reason, message, time.GetUtcNow()), ct).ConfigureAwait(false);
    }

    private async Task WriteConditionAsync(V1DeploymentCondition condition, CancellationToken ct)
    {
        _deployment.Status ??= new V1DeploymentStatus();
        DeploymentConditions.Set(_deployment.Status, condition);
        _deployment = await client.Of<V1Deployment>().UpdateStatusAsync(_deployment, ct).ConfigureAwait(false);
    }

    private async Task DeleteOldHistoryAsync(CancellationToken ct)
    {
        if (_deployment.Spec?.RevisionHistoryLimit is not { } limit || limit == NoLimit)
        {
            return;
        }

        var alive = history.Old.Where(s => s.Metadata.DeletionTimestamp is null)
            .OrderBy(DeploymentAnnotations.RevisionOf).ThenBy(s => s.Metadata.CreationTimestamp).ToList();
        foreach (var set in alive.Take(Math.Max(0, alive.Count - limit)))
        {
            // A set that still has pods, or that its controller has not looked at yet, stays for now.
            if ((set.Status?.Replicas ?? 0) == 0 && ReplicaSetHistory.Replicas(set) == 0
                && (set.Metadata.Generation ?? 0) <= (set.Status?.ObservedGeneration ?? 0))
            {
                await client.Of<V1ReplicaSet>().DeleteAsync(Namespace, set.Metadata.Name!, null, ct).ConfigureAwait(false);
            }
        }
    }
}
