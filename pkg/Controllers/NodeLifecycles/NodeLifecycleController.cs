using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>
/// Notices nodes that have fallen silent, makes their conditions Unknown and their pods not ready, and keeps the taints
/// of all nodes in step with their conditions. A timer per node, set anew by what it finds, stands in for polling.
/// Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
/// </summary>
internal sealed class NodeLifecycleController : IController
{
    /// <summary>--node-monitor-grace-period: five missed lease renewals.</summary>
    internal static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(50);

    /// <summary>--node-startup-grace-period, for a node that has not reported yet.</summary>
    internal static readonly TimeSpan StartupGracePeriod = TimeSpan.FromSeconds(60);

    private const string NodeNameIndex = "spec.nodeName";
    private const int Workers = 4;

    private readonly KubeClient _client;
    private readonly Informer<V1Node> _nodes;
    private readonly Informer<V1Lease> _leases;
    private readonly Informer<V1Pod> _pods;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;
    private readonly EventRecorder _events;
    private readonly NodeHeartbeats _heartbeats;
    private readonly ZonePacer _pacer;
    private readonly TimeProvider _time;

    public NodeLifecycleController(ControllerContext context)
    {
        _client = context.ClientFor("node-controller");
        _time = context.Time;
        _heartbeats = new NodeHeartbeats(_time);
        _pacer = new ZonePacer(_time);
        _queue = new WorkQueue<string>(_time);
        var logger = context.Loggers.CreateLogger<NodeLifecycleController>();
        _loop = new ControllerLoop<string>(Name, _queue, SyncAsync, Workers, _time, logger);
        _events = new EventRecorder(_client, "node-controller", null, _time, logger);
        _nodes = context.Informers.Of<V1Node>();
        _nodes.AddHandler(OnNodeAdded, OnNodeUpdated, OnNodeDeleted);
        _leases = context.Informers.Of<V1Lease>("kube-node-lease", null, null);
        _leases.AddHandler(_heartbeats.Observe, (_, lease) => _heartbeats.Observe(lease), null);
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddIndex(NodeNameIndex, pod => [pod.Spec?.NodeName ?? ""]);
    }

    public string Name => "node-lifecycle-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(
            _nodes.WaitForSyncAsync(ct), _leases.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private void Observe(V1Node node)
    {
        _heartbeats.Observe(node);
        _queue.Add(node.Metadata.Name!);
    }

    private void OnNodeAdded(V1Node node)
    {
        Observe(node);
        _events.Normal(
            node, "RegisteredNode", $"Node {node.Metadata.Name} event: Registered Node {node.Metadata.Name} in Controller");
    }

    private void OnNodeUpdated(V1Node before, V1Node now)
    {
        Observe(now);
        if (NodeTaints.StatusOf(before, "Ready") != NodeTaints.StatusOf(now, "Ready"))
        {
            // The health of the zone has changed, and with it what may be done about the others.
            foreach (var node in _nodes.List().Where(n => NodeTaints.StatusOf(n, "Ready") != "True"))
            {
                _queue.Add(node.Metadata.Name!);
            }

            if (NodeTaints.StatusOf(before, "Ready") == "True")
            {
                _events.Normal(now, "NodeNotReady", $"Node {now.Metadata.Name} status is now: NodeNotReady");
            }
        }
    }

    private void OnNodeDeleted(V1Node node)
    {
        _heartbeats.Forget(node.Metadata.Name!);
        _events.Normal(
            node, "RemovingNode", $"Node {node.Metadata.Name} event: Removing Node {node.Metadata.Name} from Controller");
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        if (_nodes.Get(null, name) is not { } node)
        {
            return SyncResult.Done;
        }

        var started = node.Status?.Conditions?.Exists(c => c.Type == "Ready") == true;
        var silentFor = _time.GetUtcNow() - _heartbeats.LastOf(name);
        var left = (started ? GracePeriod : StartupGracePeriod) - silentFor;
        if (left <= TimeSpan.Zero)
        {
            node = await MarkUnknownAsync(node, ct).ConfigureAwait(false);
        }

        if (NodeTaints.StatusOf(node, "Ready") != "True")
        {
            await MarkPodsNotReadyAsync(node, ct).ConfigureAwait(false);
        }

        var wait = await SyncTaintsAsync(node, ct).ConfigureAwait(false);
        var next = left > TimeSpan.Zero ? left : wait;
        return next is null ? SyncResult.Done : SyncResult.RequeueAfter(wait < next ? wait.Value : next.Value);
    }

    private async Task<V1Node> MarkUnknownAsync(V1Node node, CancellationToken ct)
    {
        var changed = KubeJson.Clone(node);
        changed.Status ??= new V1NodeStatus();
        return NodeHealth.MarkUnknown(changed.Status, node.Metadata.CreationTimestamp, _time.GetUtcNow())
            ? await _client.Of<V1Node>().UpdateStatusAsync(changed, ct).ConfigureAwait(false)
            : node;
    }

    // What nobody can vouch for gets no traffic: Services leave out pods that are not ready.
    private async Task MarkPodsNotReadyAsync(V1Node node, CancellationToken ct)
    {
        foreach (var pod in _pods.ByIndex(NodeNameIndex, node.Metadata.Name!))
        {
            if (pod.Status?.Conditions?.Exists(c => c.Type == "Ready" && c.Status == "True") != true)
            {
                continue;
            }

            var condition = new JsonObject
            {
                ["type"] = "Ready", ["status"] = "False",
                ["lastTransitionTime"] = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            };
            await PatchAsync(
                _client.Of<V1Pod>(), pod.Metadata, new JsonObject
                {
                    ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
                    ["status"] = new JsonObject { ["conditions"] = new JsonArray((JsonNode)condition) },
                },
                PatchType.StrategicMerge, "status", ct).ConfigureAwait(false);
            _events.Warning(pod, "NodeNotReady", "Node is not ready");
        }
    }

    // Returns when to look again, because the zone lets only so many nodes be given up at a time.
    private async Task<TimeSpan?> SyncTaintsAsync(V1Node node, CancellationToken ct)
    {
        var (evict, wait) = Eviction(node);
        if (NodeTaints.Wanted(node, evict, _time.GetUtcNow()) is { } wanted)
        {
            var taints = new JsonArray([.. wanted.Select(t => (JsonNode)KubeJson.ToJson(t))]);
            await PatchAsync(
                _client.Of<V1Node>(), node.Metadata, new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion },
                    ["spec"] = new JsonObject { ["taints"] = taints },
                },
                PatchType.Merge, null, ct).ConfigureAwait(false);
        }

        return wait;
    }

    // The NoExecute taint that the node should have, if any, and when to ask again.
    private (string? Taint, TimeSpan? Wait) Eviction(V1Node node)
    {
        var status = NodeTaints.StatusOf(node, "Ready");
        if (status == "True")
        {
            return (null, null);
        }

        var zones = _nodes.List().GroupBy(ZoneOf).ToDictionary(
            z => z.Key, z => (Ready: z.Count(n => NodeTaints.StatusOf(n, "Ready") == "True"), All: z.Count()));
        if (zones.Values.All(z => ZonePacer.StateOf(z.Ready, z.All - z.Ready) == ZoneState.Full))
        {
            // Not one node is reachable: it is us who are cut off, and nobody is given up.
            return (null, null);
        }

        var wanted = status == "False" ? NodeTaints.NotReady : NodeTaints.Unreachable;
        if (NodeTaints.Has(node, NodeTaints.NotReady, "NoExecute")
            || NodeTaints.Has(node, NodeTaints.Unreachable, "NoExecute"))
        {
            return (wanted, null);
        }

        var (ready, all) = zones.GetValueOrDefault(ZoneOf(node), (0, 1));
        return _pacer.Wait(ZoneOf(node), ZonePacer.StateOf(ready, all - ready), all) switch
        {
            null => (wanted, null),
            { } time when time == Timeout.InfiniteTimeSpan => (null, null),
            { } time => (null, time),
        };
    }

    private static async Task PatchAsync<T>(
        ResourceClient<T> client, V1ObjectMeta metadata, JsonObject patch, PatchType type, string? subresource,
        CancellationToken ct)
        where T : class, IKubernetesKind
    {
        try
        {
            await client.PatchAsync(
                metadata.Namespace, metadata.Name!, type, Encoding.UTF8.GetBytes(patch.ToJsonString()), subresource, ct)
                .ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.NotFound))
        {
            // Gone meanwhile: nothing is left to tell about.
        }
    }

    private static string ZoneOf(V1Node node) =>
        node.Metadata.Labels?.GetValueOrDefault("topology.kubernetes.io/region") + ":"
        + node.Metadata.Labels?.GetValueOrDefault("topology.kubernetes.io/zone");
}
