using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Controllers.NodeLifecycles;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.PodGarbageCollectors;

/// <summary>
/// Removes pods that nobody else will: the oldest finished ones when there are too many, those of nodes that are gone,
/// those that were deleted before they had a node, and those that hang on nodes marked out of service.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
/// </summary>
internal sealed class PodGarbageCollector : IController
{
    /// <summary>--terminated-pod-gc-threshold</summary>
    internal const int TerminatedThreshold = 12500;

    /// <summary>Upstream's quarantineTime: a node may come back, or its pods may be known before it is.</summary>
    internal static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    private const string NodeNameIndex = "spec.nodeName";

    private static readonly GarbageKey Terminated = new("", "", "");

    private readonly KubeClient _client;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1Node> _nodes;
    private readonly WorkQueue<GarbageKey> _queue;
    private readonly ControllerLoop<GarbageKey> _loop;
    private readonly TimeProvider _time;
    private int _terminated;

    /// <summary>A pod, or a node that is missing, or (all empty) the finished pods as a whole.</summary>
    private readonly record struct GarbageKey(string Node, string Namespace, string Name);

    public PodGarbageCollector(ControllerContext context)
    {
        _client = context.ClientFor("pod-garbage-collector");
        _time = context.Time;
        _queue = new WorkQueue<GarbageKey>(_time);
        _loop = new ControllerLoop<GarbageKey>(
            Name, _queue, SyncAsync, 2, _time, context.Loggers.CreateLogger<PodGarbageCollector>());
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddIndex(NodeNameIndex, pod => [pod.Spec?.NodeName ?? ""]);
        _pods.AddHandler(OnPodAdded, OnPodUpdated, pod => CountTerminated(IsTerminated(pod) ? -1 : 0));
        _nodes = context.Informers.Of<V1Node>();
        _nodes.AddHandler(null, OnNodeUpdated, node =>
            _queue.AddAfter(new GarbageKey(node.Metadata.Name!, "", ""), Quarantine));
    }

    public string Name => "pod-garbage-collector-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_pods.WaitForSyncAsync(ct), _nodes.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private void OnPodAdded(V1Pod pod)
    {
        CountTerminated(IsTerminated(pod) ? 1 : 0);
        Look(pod, isNew: true);
    }

    private void OnPodUpdated(V1Pod before, V1Pod now)
    {
        CountTerminated((IsTerminated(now) ? 1 : 0) - (IsTerminated(before) ? 1 : 0));
        Look(now, before.Spec?.NodeName != now.Spec?.NodeName);
    }

    private void Look(V1Pod pod, bool isNew)
    {
        var node = pod.Spec?.NodeName ?? "";
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            _queue.Add(new GarbageKey("", pod.Metadata.Namespace!, pod.Metadata.Name!));
        }

        if (isNew && node.Length > 0 && _nodes.Get(null, node) is null)
        {
            _queue.AddAfter(new GarbageKey(node, "", ""), Quarantine);
        }
    }

    private void OnNodeUpdated(V1Node before, V1Node now)
    {
        if (!HasOutOfService(before) && HasOutOfService(now))
        {
            foreach (var pod in _pods.ByIndex(NodeNameIndex, now.Metadata.Name!))
            {
                Look(pod, isNew: false);
            }
        }
    }

    private void CountTerminated(int change)
    {
        if (change != 0 && Interlocked.Add(ref _terminated, change) > TerminatedThreshold && change > 0)
        {
            _queue.Add(Terminated);
        }
    }

    private async Task<SyncResult> SyncAsync(GarbageKey key, CancellationToken ct)
    {
        if (key.Node.Length > 0)
        {
            await CollectOrphansAsync(key.Node, ct).ConfigureAwait(false);
        }
        else if (key == Terminated)
        {
            await CollectTerminatedAsync(ct).ConfigureAwait(false);
        }
        else if (_pods.Get(key.Namespace, key.Name) is { Metadata.DeletionTimestamp: not null } pod)
        {
            await CollectTerminatingAsync(pod, ct).ConfigureAwait(false);
        }

        return SyncResult.Done;
    }

    private async Task CollectOrphansAsync(string node, CancellationToken ct)
    {
        if (_nodes.Get(null, node) is not null
            || await _client.Of<V1Node>().GetAsync(null, node, ct).ConfigureAwait(false) is not null)
        {
            return;
        }

        foreach (var pod in _pods.ByIndex(NodeNameIndex, node))
        {
            await DeleteAsync(pod, "DeletionByPodGC", "PodGC: node no longer exists", ct).ConfigureAwait(false);
        }
    }

    private async Task CollectTerminatedAsync(CancellationToken ct)
    {
        var terminated = _pods.List().Where(IsTerminated).OrderBy(p => p.Status?.Reason != "Evicted")
            .ThenBy(p => p.Metadata.CreationTimestamp).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var pod in terminated.Take(Math.Max(0, terminated.Count - TerminatedThreshold)))
        {
            await DeleteAsync(pod, null, "", ct).ConfigureAwait(false);
        }
    }

    private async Task CollectTerminatingAsync(V1Pod pod, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(pod.Spec?.NodeName))
        {
            await DeleteAsync(pod, null, "", ct).ConfigureAwait(false);
        }
        else if (_nodes.Get(null, pod.Spec.NodeName) is { } node && HasOutOfService(node)
            && NodeTaints.StatusOf(node, "Ready") != "True")
        {
            await DeleteAsync(pod, "DeletionByPodGC", "PodGC: node has the taint out-of-service", ct)
                .ConfigureAwait(false);
        }
    }

    private Task DeleteAsync(V1Pod pod, string? reason, string message, CancellationToken ct) =>
        PodDisruption.DeleteAsync(
            _client, pod, reason, message, graceSeconds: 0, fail: true, _time.GetUtcNow(), ct);

    private static bool HasOutOfService(V1Node node) =>
        node.Spec?.Taints?.Exists(t => t.Key == NodeTaints.OutOfService) == true;

    private static bool IsTerminated(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";
}
