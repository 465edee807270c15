using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Events;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Nodes;

/// <summary>
/// Registers the node, keeps its status true and its lease alive. Status goes out when it changed, or every five minutes;
/// the lease is the heartbeat (KEP-589).
/// </summary>
internal sealed partial class NodeAgent(
    KubeletOptions options, KubeClient client, IPodRuntime runtime, RuntimeVersion version, INodeFacts facts,
    IMounts mounts, Func<IReadOnlyList<string>> pressures, EventRecorder events, int? serverPort, TimeProvider time,
    ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";

    /// <summary>Upstream's nodeStatusReportFrequency.</summary>
    private static readonly TimeSpan ReportUnchanged = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>A node that starts is looked at this often: start-up time is seen by everyone.</summary>
    private static readonly TimeSpan PeriodAtStart = TimeSpan.FromMilliseconds(25);

    /// <summary>Half a second's; a node that takes longer is looked at less and less often.</summary>
    private const int LooksAtStart = 20;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = logger;
    private readonly NodeStatusBuilder _builder = new(options, facts.Machine);
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private V1Node? _node;
    private V1NodeStatus? _sent;
    private DateTimeOffset _sentAt;

    /// <summary>The node as last read or written.</summary>
    public V1Node? Node => Volatile.Read(ref _node);

    /// <summary>Completes when the node object exists.</summary>
    public Task Registered => _registered.Task;

    /// <summary>Completes when the node was reported ready for the first time.</summary>
    public Task Ready => _ready.Task;

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(ReportAsync(ct), RenewLeaseAsync(ct));

    /// <summary>The pause after so many looks at a node that is not ready yet.</summary>
    internal static TimeSpan PauseUntilReady(int looks)
    {
        var pause = PeriodAtStart;
        for (var doubled = LooksAtStart; doubled < looks && pause < Period; doubled++)
        {
            pause *= 2;
        }

        return pause < Period ? pause : Period;
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        for (var looks = 1; ; looks++)
        {
            var wait = Period;
            try
            {
                await SyncAsync(ct);
                wait = _ready.Task.IsCompleted ? Period : PauseUntilReady(looks);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or IOException)
            {
                LogReportFailed(options.NodeName, e);
                wait = RetryPause;
            }

            await Task.Delay(wait, time, ct);
        }
    }

    private async Task SyncAsync(CancellationToken ct)
    {
        var status = _builder.Build(await ObserveAsync(ct), _sent ?? _node?.Status);
        if (_node is null)
        {
            await RegisterAsync(status, ct);
        }

        if (_sent is null || IsNews(status) || time.GetUtcNow() - _sentAt >= ReportUnchanged)
        {
            var node = await client.Of<V1Node>().PatchAsync(
                null, options.NodeName, PatchType.StrategicMerge, Patch(status), "status", ct);
            TellTransitions(status, node);
            _sent = status;
            _sentAt = time.GetUtcNow();
            Volatile.Write(ref _node, node);
        }

        if (status.Conditions!.Exists(c => c is { Type: "Ready", Status: "True" }))
        {
            _ready.TrySetResult();
        }
    }

    private async Task RegisterAsync(V1NodeStatus status, CancellationToken ct)
    {
        var nodes = client.Of<V1Node>();
        var found = await nodes.GetAsync(null, options.NodeName, ct);
        if (found is null)
        {
            var node = new V1Node
            {
                Metadata = new V1ObjectMeta
                {
                    Name = options.NodeName,
                    Labels = _builder.Labels(),
                    Annotations = new Dictionary<string, string>
                    {
                        ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true",
                    },
                },
                Spec = new V1NodeSpec
                {
                    PodCIDR = options.PodCidr,
                    PodCIDRs = options.PodCidr is { } cidr ? [cidr] : null,
                    Taints = options.Taints.Count > 0 ? [.. options.Taints] : null,
                },
                Status = status,
            };
            try
            {
                found = await nodes.CreateAsync(node, ct);
            }
            catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists))
            {
                found = await nodes.GetAsync(null, options.NodeName, ct);
            }
        }

        var wanted = _builder.Labels();
        var labels = found!.Metadata.Labels ?? [];
        var changed = wanted.Where(l => labels.GetValueOrDefault(l.Key) != l.Value).ToList();
        if (changed.Count > 0)
        {
            var patch = new JsonObject();
            foreach (var (key, value) in changed)
            {
                patch[key] = value;
            }

            var body = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = patch } };
            found = await nodes.PatchAsync(
                null, options.NodeName, PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()), null, ct);
        }

        Volatile.Write(ref _node, found);
        events.Record(Reference(), "Normal", "Starting", "Starting kubelet.");
        _registered.TrySetResult();
    }

    private async Task<NodeObservations> ObserveAsync(CancellationToken ct)
    {
        RuntimeConditions? conditions = null;
        IReadOnlyList<RuntimeImage> images = [];
        try
        {
            conditions = await runtime.StatusAsync(ct);
            images = await runtime.ListImagesAsync(ct);
        }
        catch (RuntimeException)
        {
            // The node is then reported as not ready, which says it to everyone.
        }

        var root = mounts.UsageOf(options.RootDirectory);
        return new NodeObservations
        {
            RuntimeVersion = version,
            Runtime = conditions,
            Images = images,
            RootFileSystem = root,
            Pressures = pressures(),
            ServerPort = serverPort,
            Now = time.GetUtcNow(),
        };
    }

    private bool IsNews(V1NodeStatus status)
    {
        var before = KubeJson.ToJson(_sent!);
        var after = KubeJson.ToJson(status);
        foreach (var tree in new[] { before, after })
        {
            foreach (var condition in tree["conditions"]!.AsArray())
            {
                condition!.AsObject().Remove("lastHeartbeatTime");
            }
        }

        return !JsonNode.DeepEquals(before, after);
    }

    private void TellTransitions(V1NodeStatus status, V1Node node)
    {
        foreach (var condition in status.Conditions!)
        {
            var old = (_sent ?? _node?.Status)?.Conditions?.Find(c => c.Type == condition.Type);
            var first = _sent is null;
            if (!first && old?.Status == condition.Status)
            {
                continue;
            }

            if (first && condition is { Type: "Ready", Status: not "True" })
            {
                // A node that starts is not ready yet; that is no news.
                continue;
            }

            var reason = condition.Type == "Ready"
                ? condition.Status == "True" ? "NodeReady" : "NodeNotReady"
                : "NodeHas" + condition.Reason!["KubeletHas".Length..];
            events.Record(Reference(node), "Normal", reason, $"Node {options.NodeName} status is now: {reason}");
            if (condition.Type == "Ready")
            {
                LogState(options.NodeName, reason);
            }
        }
    }

    private V1ObjectReference Reference(V1Node? node = null) =>
        NodeReference.For(options.NodeName, (node ?? _node)?.Metadata.Uid);

    private static byte[] Patch(V1NodeStatus status)
    {
        var tree = KubeJson.ToJson(status);

        // Addresses merge by type upstream; they are replaced as a whole, so that an old one does not stay.
        tree["addresses"]!.AsArray().Add((JsonNode)new JsonObject { ["$patch"] = "replace" });
        return Encoding.UTF8.GetBytes(new JsonObject { ["status"] = tree }.ToJsonString());
    }

    private async Task RenewLeaseAsync(CancellationToken ct)
    {
        await _registered.Task.WaitAsync(ct);
        V1Lease? lease = null;
        while (true)
        {
            var wait = options.LeaseRenewal;
            try
            {
                lease = await RenewAsync(lease, ct);
            }
            catch (ApiException e) when (e.Is(StatusReasons.Conflict) || e.Is(StatusReasons.AlreadyExists) || e.Code == 404)
            {
                lease = null;
                wait = RetryPause;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or IOException)
            {
                LogLeaseFailed(options.NodeName, e);
                wait = RetryPause;
            }

            await Task.Delay(wait, time, ct);
        }
    }

    private async Task<V1Lease> RenewAsync(V1Lease? lease, CancellationToken ct)
    {
        var leases = client.Of<V1Lease>();
        lease ??= await leases.GetAsync(LeaseNamespace, options.NodeName, ct);
        var exists = lease is not null;
        lease ??= new V1Lease
        {
            Metadata = new V1ObjectMeta { Namespace = LeaseNamespace, Name = options.NodeName },
        };
        lease.Metadata.OwnerReferences =
        [
            new V1OwnerReference { ApiVersion = "v1", Kind = "Node", Name = options.NodeName, Uid = _node!.Metadata.Uid! },
        ];
        lease.Spec ??= new V1LeaseSpec();
        lease.Spec.HolderIdentity = options.NodeName;
        lease.Spec.LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds;
        lease.Spec.RenewTime = time.GetUtcNow();
        return exists ? await leases.UpdateAsync(lease, ct) : await leases.CreateAsync(lease, ct);
    }
}
