using System.Runtime.ExceptionServices;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Controllers.Pods;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ReplicaSets;

/// <summary>
/// Keeps as many pods of a template as its owner asks for: creates what is missing, deletes what is too much, adopts
/// matching orphans, releases pods that no longer match, and reports the count. Runs ReplicaSets and
/// ReplicationControllers (<see cref="ReplicaStore"/>).
/// </summary>
internal sealed class ReplicaController : IController
{
    /// <summary>Upstream's BurstReplicas: creations or deletions of one sync.</summary>
    private const int MaxBurst = 500;

    /// <summary>Upstream writes a status once more after a failure; the next sync does the rest.</summary>
    private const int MaxStatusWrites = 2;

    private readonly ReplicaStore _sets;
    private readonly KubeClient _client;
    private readonly Informer<V1Pod> _pods;
    private readonly TimeProvider _time;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly ExpectationTracker _expectations;
    private readonly EventRecorder _events;

    public ReplicaController(string name, string eventComponent, ReplicaStore sets, ControllerContext context)
    {
        Name = name;
        _sets = sets;
        _client = context.ClientFor(name);
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(_time);
        _expectations = new ExpectationTracker(_time);
        var logger = context.Loggers.CreateLogger("Kube1.Controllers." + name);
        _events = new EventRecorder(_client, eventComponent, null, _time, logger);
        _loop = new ControllerLoop<ObjectKey>(name, _queue, SyncAsync, context.Settings.ConcurrentSyncs, _time, logger);
        _sets.AddHandler(Enqueue, OnSetDeleted);
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddIndex(ControllerReferences.IndexName, ControllerReferences.IndexKeys);
        _pods.AddHandler(OnPodAdded, OnPodUpdated, OnPodDeleted);
    }

    public string Name { get; }

    public async Task RunAsync(CancellationToken ct)
    {
        await _sets.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _pods.WaitForSyncAsync(ct).ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_sets.Get(key.Namespace, key.Name) is not { } set)
        {
            _expectations.Forget(key);
            return SyncResult.Done;
        }

        // Asked before the pods are listed: what the cache learns in between can only make the list more complete.
        var maySync = _expectations.Satisfied(key);
        var pods = await ClaimPodsAsync(set, ct).ConfigureAwait(false);
        (Exception? Error, int TooMany) scaling = (null, 0);
        if (maySync && set.Metadata.DeletionTimestamp is null)
        {
            scaling = await ScaleAsync(key, set, [.. pods.Where(PodState.IsActive)], ct).ConfigureAwait(false);
        }

        var now = _time.GetUtcNow();
        var status = ReplicaSetStatusCalculator.Calculate(set, pods, scaling, now);
        await WriteStatusAsync(set, status, ct).ConfigureAwait(false);
        if (scaling.Error is not null)
        {
            ExceptionDispatchInfo.Throw(scaling.Error);
        }

        return ReplicaSetStatusCalculator.NextAvailability(set, pods, now) is { } next
            ? SyncResult.RequeueAfter(next)
            : SyncResult.Done;
    }

    private async Task<List<V1Pod>> ClaimPodsAsync(V1ReplicaSet set, CancellationToken ct)
    {
        var ns = set.Metadata.Namespace!;
        var owned = _pods.ByIndex(ControllerReferences.IndexName, set.Metadata.Uid!);
        var orphans = _pods.ByIndex(ControllerReferences.IndexName, "").Where(p => p.Metadata.Namespace == ns);
        var adoption = new ObjectAdoption<V1Pod>(
            _client.Of<V1Pod>(), _sets.Kind, set.Metadata, _sets.MatcherOf(set),
            async c => (await _sets.ReadAsync(ns, set.Metadata.Name!, c).ConfigureAwait(false))?.Metadata);
        return await adoption.ClaimAsync(owned.Concat(orphans).Where(p => !PodState.IsTerminal(p)), ct)
            .ConfigureAwait(false);
    }

    private async Task<(Exception? Error, int TooMany)> ScaleAsync(
        ObjectKey key, V1ReplicaSet set, List<V1Pod> active, CancellationToken ct)
    {
        var tooMany = active.Count - (set.Spec?.Replicas ?? 1);
        var error = tooMany switch
        {
            < 0 => await CreatePodsAsync(key, set, Math.Min(-tooMany, MaxBurst), ct).ConfigureAwait(false),
            > 0 => await DeletePodsAsync(key, set, active, Math.Min(tooMany, MaxBurst), ct).ConfigureAwait(false),
            _ => null,
        };
        return (error, tooMany);
    }

    private async Task<Exception?> CreatePodsAsync(ObjectKey key, V1ReplicaSet set, int count, CancellationToken ct)
    {
        _expectations.ExpectCreations(key, count);
        var (succeeded, error) = await SlowStart.RunAsync(count, () => CreatePodAsync(set, ct)).ConfigureAwait(false);

        // What was not created, or not even tried, will not be seen.
        _expectations.CreationObserved(key, count - succeeded);
        return error is ApiException refused && NamespaceTermination.IsCauseOf(refused) ? null : error;
    }

    private async Task CreatePodAsync(V1ReplicaSet set, CancellationToken ct)
    {
        try
        {
            var pod = await _client.Of<V1Pod>().CreateAsync(PodFromTemplate(set), ct).ConfigureAwait(false);
            _events.Normal(EventSubject(set), "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}");
        }
        catch (ApiException e) when (!NamespaceTermination.IsCauseOf(e))
        {
            _events.Warning(EventSubject(set), "FailedCreate", $"Error creating: {e.Message}");
            throw;
        }
    }

    private V1Pod PodFromTemplate(V1ReplicaSet set)
    {
        var template = KubeJson.Clone(set.Spec?.Template ?? new V1PodTemplateSpec());
        return new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Namespace = set.Metadata.Namespace,
                GenerateName = set.Metadata.Name + "-",
                Labels = template.Metadata?.Labels,
                Annotations = template.Metadata?.Annotations,
                Finalizers = template.Metadata?.Finalizers,
                OwnerReferences = [ControllerReferences.To(_sets.Kind, set.Metadata)],
            },
            Spec = template.Spec,
        };
    }

    private async Task<Exception?> DeletePodsAsync(
        ObjectKey key, V1ReplicaSet set, List<V1Pod> active, int count, CancellationToken ct)
    {
        var doomed = PodDeletionOrder.Choose(active, RelatedPods(set), count, _time.GetUtcNow());
        _expectations.ExpectDeletions(key, doomed.Select(p => p.Metadata.Uid!));
        var errors = await Task.WhenAll(doomed.Select(p => DeletePodAsync(key, set, p, ct))).ConfigureAwait(false);
        return errors.FirstOrDefault(e => e is not null);
    }

    private async Task<Exception?> DeletePodAsync(ObjectKey key, V1ReplicaSet set, V1Pod pod, CancellationToken ct)
    {
        try
        {
            if (await _client.Of<V1Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name!, null, ct)
                .ConfigureAwait(false))
            {
                _events.Normal(EventSubject(set), "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            }
            else
            {
                _expectations.DeletionObserved(key, pod.Metadata.Uid!);
            }

            return null;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            _expectations.DeletionObserved(key, pod.Metadata.Uid!);
            _events.Warning(EventSubject(set), "FailedDelete", $"Error deleting: {e.Message}");
            return e;
        }
    }

    /// <summary>
    /// The pods of all sets with the same owner, a Deployment's old and new ones: they share the nodes.
    /// </summary>
    private IEnumerable<V1Pod> RelatedPods(V1ReplicaSet set)
    {
        var owner = ControllerReferences.Of(set)?.Uid;
        IEnumerable<V1ReplicaSet> sets = owner is null
            ? [set]
            : _sets.List(set.Metadata.Namespace!).Where(s => ControllerReferences.Of(s)?.Uid == owner);
        return sets.SelectMany(s => _pods.ByIndex(ControllerReferences.IndexName, s.Metadata.Uid!));
    }

    private async Task WriteStatusAsync(V1ReplicaSet set, V1ReplicaSetStatus status, CancellationToken ct)
    {
        for (var attempt = 1; !ReplicaSetStatusCalculator.AreEqual(set.Status, status); attempt++)
        {
            try
            {
                await _sets.WriteStatusAsync(set, status, ct).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Is(StatusReasons.NotFound))
            {
                return;
            }
            catch (ApiException e) when (e.Is(StatusReasons.Conflict) && attempt < MaxStatusWrites)
            {
                // The spec may have changed; what was observed stays true for the generation that was observed.
                if (await _sets.ReadAsync(set.Metadata.Namespace!, set.Metadata.Name!, ct).ConfigureAwait(false) is not { } fresh)
                {
                    return;
                }

                set = fresh;
            }
        }
    }

    /// <summary>
    /// Events of a ReplicationController must be about that, not about the ReplicaSet that it is shown as.
    /// </summary>
    private V1ReplicaSet EventSubject(V1ReplicaSet set)
    {
        if (set.Kind == _sets.Kind.Kind && set.ApiVersion == _sets.Kind.ApiVersion)
        {
            return set;
        }

        return new V1ReplicaSet { ApiVersion = _sets.Kind.ApiVersion, Kind = _sets.Kind.Kind, Metadata = set.Metadata };
    }

    private void Enqueue(V1ReplicaSet set) => _queue.Add(ObjectKey.Of(set));

    private void OnSetDeleted(V1ReplicaSet set)
    {
        _expectations.Forget(ObjectKey.Of(set));
        Enqueue(set);
    }

    private void OnPodAdded(V1Pod pod)
    {
        // A restart can show pods that were deleted meanwhile; they count as deletions, not as creations.
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            OnPodDeleted(pod);
        }
        else if (OwnerOf(pod) is { } set)
        {
            _expectations.CreationObserved(ObjectKey.Of(set));
            Enqueue(set);
        }
        else if (ControllerReferences.Of(pod) is null)
        {
            EnqueueMatching(pod);
        }
    }

    private void OnPodUpdated(V1Pod old, V1Pod pod)
    {
        if (old.Metadata.Uid != pod.Metadata.Uid)
        {
            OnPodDeleted(old);
            OnPodAdded(pod);
            return;
        }

        // Graceful deletion shows first as an update: the replacement must not wait for the containers to end.
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            OnPodDeleted(pod);
            return;
        }

        var oldOwner = ControllerReferences.Of(old)?.Uid;
        var owner = ControllerReferences.Of(pod)?.Uid;
        if (oldOwner != owner && OwnerOf(old) is { } former)
        {
            Enqueue(former);
        }

        if (OwnerOf(pod) is { } set)
        {
            Enqueue(set);
        }
        else if (owner is null && (oldOwner is not null || !SameLabels(old, pod)))
        {
            EnqueueMatching(pod);
        }
    }

    private void OnPodDeleted(V1Pod pod)
    {
        if (OwnerOf(pod) is { } set)
        {
            _expectations.DeletionObserved(ObjectKey.Of(set), pod.Metadata.Uid!);
            Enqueue(set);
        }
    }

    private V1ReplicaSet? OwnerOf(V1Pod pod)
    {
        if (ControllerReferences.Of(pod) is not { } reference || reference.Kind != _sets.Kind.Kind)
        {
            return null;
        }

        var set = _sets.Get(pod.Metadata.Namespace!, reference.Name);
        return set?.Metadata.Uid == reference.Uid ? set : null;
    }

    private void EnqueueMatching(V1Pod pod)
    {
        foreach (var set in _sets.List(pod.Metadata.Namespace!).Where(s => _sets.Matches(s, pod.Metadata.Labels)))
        {
            Enqueue(set);
        }
    }

    private static bool SameLabels(V1Pod a, V1Pod b)
    {
        var (x, y) = (a.Metadata.Labels ?? [], b.Metadata.Labels ?? []);
        return x.Count == y.Count && x.All(l => y.GetValueOrDefault(l.Key) == l.Value);
    }
}
