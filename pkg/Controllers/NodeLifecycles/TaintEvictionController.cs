using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Controllers.Pods;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>
/// Evicts pods from nodes with NoExecute taints that they do not tolerate, or no longer tolerate once tolerationSeconds
/// are over. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
/// </summary>
internal sealed class TaintEvictionController : IController
{
    private const string NodeNameIndex = "spec.nodeName";
    private const int Workers = 8;

    private readonly KubeClient _client;
    private readonly Informer<V1Node> _nodes;
    private readonly Informer<V1Pod> _pods;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);

    public TaintEvictionController(ControllerContext context)
    {
        _client = context.ClientFor("node-controller");
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(_time);
        var logger = context.Loggers.CreateLogger<TaintEvictionController>();
        _loop = new ControllerLoop<ObjectKey>(Name, _queue, SyncAsync, Workers, _time, logger);
        _events = new EventRecorder(_client, Name, null, _time, logger);
        _nodes = context.Informers.Of<V1Node>();
        _nodes.AddHandler(EnqueuePodsOf, OnNodeUpdated, null);
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddIndex(NodeNameIndex, pod => [pod.Spec?.NodeName ?? ""]);
        _pods.AddHandler(Enqueue, OnPodUpdated, pod => SetWaiting(pod, false));
    }

    public string Name => "taint-eviction-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_nodes.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private void Enqueue(V1Pod pod)
    {
        if (pod.Spec?.NodeName is { Length: > 0 })
        {
            _queue.Add(ObjectKey.Of(pod));
        }
    }

    private void OnPodUpdated(V1Pod before, V1Pod now)
    {
        if (before.Spec?.NodeName != now.Spec?.NodeName
            || before.Spec?.Tolerations?.Count != now.Spec?.Tolerations?.Count)
        {
            Enqueue(now);
        }
    }

    private void OnNodeUpdated(V1Node before, V1Node now)
    {
        var (old, current) = (TaintTolerances.NoExecute(before), TaintTolerances.NoExecute(now));
        if (old.Count != current.Count || old.Zip(current).Any(p => p.First.Key != p.Second.Key
            || p.First.Value != p.Second.Value))
        {
            EnqueuePodsOf(now);
        }
    }

    private void EnqueuePodsOf(V1Node node)
    {
        foreach (var pod in _pods.ByIndex(NodeNameIndex, node.Metadata.Name!))
        {
            _queue.Add(ObjectKey.Of(pod));
        }
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_pods.Get(key.Namespace, key.Name) is not { } pod || pod.Metadata.DeletionTimestamp is not null
            || _nodes.Get(null, pod.Spec?.NodeName ?? "") is not { } node)
        {
            return SyncResult.Done;
        }

        var taints = TaintTolerances.NoExecute(node);
        if (TaintTolerances.EvictAt(pod, taints, _time.GetUtcNow()) is not { } due)
        {
            if (SetWaiting(pod, false))
            {
                _events.Normal(pod, "TaintManagerEviction", $"Cancelling deletion of Pod {key}");
            }

            return SyncResult.Done;
        }

        var left = due - _time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            SetWaiting(pod, true);
            return SyncResult.RequeueAfter(left);
        }

        SetWaiting(pod, false);
        _events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {key}");
        await PodDisruption.DeleteAsync(
            _client, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", graceSeconds: null,
            fail: false, _time.GetUtcNow(), ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    // True when that is a change.
    private bool SetWaiting(V1Pod pod, bool waiting)
    {
        lock (_lock)
        {
            return waiting ? _waiting.Add(pod.Metadata.Uid ?? "") : _waiting.Remove(pod.Metadata.Uid ?? "");
        }
    }
}
