using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.Deployments;

/// <summary>
/// Keeps one ReplicaSet per pod template of a Deployment and moves pods from the old ones to the newest within the
/// bounds
/// of the strategy. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
/// </summary>
internal sealed class DeploymentController : IController
{
    private readonly KubeClient _client;
    private readonly Informer<V1Deployment> _deployments;
    private readonly Informer<V1ReplicaSet> _sets;
    private readonly Informer<V1Pod> _pods;
    private readonly TimeProvider _time;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;

    public DeploymentController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(_time);
        var logger = context.Loggers.CreateLogger<DeploymentController>();
        _events = new EventRecorder(_client, Name, null, _time, logger);
        _loop = new ControllerLoop<ObjectKey>(Name, _queue, SyncAsync, context.Settings.ConcurrentSyncs, _time, logger);
        _deployments = context.Informers.Of<V1Deployment>();
        _sets = context.Informers.Of<V1ReplicaSet>();
        _pods = context.Informers.Of<V1Pod>();
        _sets.AddIndex(ControllerReferences.IndexName, ControllerReferences.IndexKeys);
        _pods.AddIndex(ControllerReferences.IndexName, ControllerReferences.IndexKeys);
        _deployments.AddHandler(Enqueue, (_, current) => Enqueue(current), Enqueue);
        _sets.AddHandler(OnSet, OnSetUpdated, OnSet);
        _pods.AddHandler(null, null, OnPodDeleted);
    }

    public string Name => "deployment-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await _deployments.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _sets.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _pods.WaitForSyncAsync(ct).ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_deployments.Get(key.Namespace, key.Name) is not { } cached)
        {
            return SyncResult.Done;
        }

        var deployment = KubeJson.Clone(cached);
        if (SelectsEverything(deployment))
        {
            await RefuseAsync(deployment, ct).ConfigureAwait(false);
            return SyncResult.Done;
        }

        var sets = await ClaimSetsAsync(deployment, ct).ConfigureAwait(false);
        var rollout = new DeploymentRollout(
            _client, _events, _time, deployment, ReplicaSetHistory.Of(deployment, sets), PodsOf(sets));
        return await rollout.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<List<V1ReplicaSet>> ClaimSetsAsync(V1Deployment deployment, CancellationToken ct)
    {
        var ns = deployment.Metadata.Namespace!;
        var selector = LabelSelector.From(deployment.Spec!.Selector);
        var owned = _sets.ByIndex(ControllerReferences.IndexName, deployment.Metadata.Uid!);
        var orphans = _sets.ByIndex(ControllerReferences.IndexName, "").Where(s => s.Metadata.Namespace == ns);
        var adoption = new ObjectAdoption<V1ReplicaSet>(
            _client.Of<V1ReplicaSet>(), V1Deployment.GroupVersionKind, deployment.Metadata, selector.Matches,
            async c => (await _client.Of<V1Deployment>().GetAsync(ns, deployment.Metadata.Name!, c)
                .ConfigureAwait(false))?.Metadata);
        return await adoption.ClaimAsync(owned.Concat(orphans), ct).ConfigureAwait(false);
    }

    private List<V1Pod> PodsOf(IEnumerable<V1ReplicaSet> sets) =>
        [.. sets.SelectMany(s => _pods.ByIndex(ControllerReferences.IndexName, s.Metadata.Uid!))];

    private static bool SelectsEverything(V1Deployment deployment) =>
        LabelSelector.From(deployment.Spec?.Selector ?? new V1LabelSelector()).IsEmpty;

    private async Task RefuseAsync(V1Deployment deployment, CancellationToken ct)
    {
        _events.Warning(
            deployment, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
        if ((deployment.Status?.ObservedGeneration ?? 0) < (deployment.Metadata.Generation ?? 0))
        {
            deployment.Status ??= new V1DeploymentStatus();
            deployment.Status.ObservedGeneration = deployment.Metadata.Generation;
            await _client.Of<V1Deployment>().UpdateStatusAsync(deployment, ct).ConfigureAwait(false);
        }
    }

    private void Enqueue(V1Deployment deployment) => _queue.Add(ObjectKey.Of(deployment));

    private void OnSet(V1ReplicaSet set)
    {
        if (ControllerReferences.Of(set) is null)
        {
            EnqueueMatching(set);
        }
        else if (OwnerOf(set) is { } deployment)
        {
            Enqueue(deployment);
        }
    }

    private void OnSetUpdated(V1ReplicaSet old, V1ReplicaSet set)
    {
        if (ControllerReferences.Of(old)?.Uid != ControllerReferences.Of(set)?.Uid && OwnerOf(old) is { } former)
        {
            Enqueue(former);
        }

        OnSet(set);
    }

    /// <summary>A Recreate rollout waits until the last old pod is gone.</summary>
    private void OnPodDeleted(V1Pod pod)
    {
        if (ControllerReferences.Of(pod) is { Kind: "ReplicaSet" } reference
            && _sets.Get(pod.Metadata.Namespace, reference.Name) is { } set
            && set.Metadata.Uid == reference.Uid
            && OwnerOf(set) is { Spec.Strategy.Type: "Recreate" } deployment)
        {
            Enqueue(deployment);
        }
    }

    private V1Deployment? OwnerOf(V1ReplicaSet set)
    {
        if (ControllerReferences.Of(set) is not { Kind: "Deployment" } reference)
        {
            return null;
        }

        var deployment = _deployments.Get(set.Metadata.Namespace, reference.Name);
        return deployment?.Metadata.Uid == reference.Uid ? deployment : null;
    }

    private void EnqueueMatching(V1ReplicaSet set)
    {
        foreach (var deployment in _deployments.List(set.Metadata.Namespace!))
        {
            var selector = LabelSelector.From(deployment.Spec?.Selector ?? new V1LabelSelector());
            if (!selector.IsEmpty && selector.Matches(set.Metadata.Labels))
            {
                Enqueue(deployment);
            }
        }
    }
}
