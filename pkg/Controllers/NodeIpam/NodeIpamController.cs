using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.NodeIpam;

/// <summary>Gives every node its own part of the pod network, one for each address family, for as long as the node exists.</summary>
internal sealed class NodeIpamController : IController
{
    private readonly KubeClient _client;
    private readonly Informer<V1Node> _nodes;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;
    private readonly EventRecorder _events;
    private readonly List<CidrAllocator> _allocators;
    private readonly Dictionary<string, IPNetwork[]> _held = new(StringComparer.Ordinal);

    public NodeIpamController(ControllerContext context)
    {
        _client = context.ClientFor("node-controller");
        _allocators =
        [
            .. context.Settings.ClusterCidrs.Select(c => new CidrAllocator(
                c, c.BaseAddress.AddressFamily == AddressFamily.InterNetwork
                    ? context.Settings.NodeCidrMaskSizeIPv4
                    : context.Settings.NodeCidrMaskSizeIPv6)),
        ];
        _queue = new WorkQueue<string>(context.Time);
        var logger = context.Loggers.CreateLogger<NodeIpamController>();

        // One worker owns the bitmaps: allocation is quick, and two nodes must never get the same part.
        _loop = new ControllerLoop<string>(Name, _queue, SyncAsync, 1, context.Time, logger);
        _events = new EventRecorder(_client, "cidrAllocator", null, context.Time, logger);
        _nodes = context.Informers.Of<V1Node>();
        _nodes.AddHandler(
            node => _queue.Add(node.Metadata.Name!), (_, node) => _queue.Add(node.Metadata.Name!),
            node => _queue.Add(node.Metadata.Name!));
    }

    public string Name => "node-ipam-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        if (_allocators.Count == 0)
        {
            return;
        }

        await _nodes.WaitForSyncAsync(ct).ConfigureAwait(false);

        // What is taken must be known before anything is given out.
        foreach (var node in _nodes.List())
        {
            Hold(node.Metadata.Name!, Parse(node));
        }

        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        if (_nodes.Get(null, name) is not { } node)
        {
            Free(name);
            return SyncResult.Done;
        }

        if (Parse(node) is { Length: > 0 } assigned)
        {
            Hold(name, assigned);
            return SyncResult.Done;
        }

        if (!_held.TryGetValue(name, out var networks))
        {
            networks = Allocate();
            if (networks is null)
            {
                _events.Normal(node, "CIDRNotAvailable", $"Node {name} status is now: CIDRNotAvailable");
                throw new InvalidOperationException($"no part of the cluster CIDR is free for node {name}");
            }

            _held[name] = networks;
        }

        var cidrs = networks.Select(n => n.ToString()).ToArray();
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = node.Metadata.Uid },
            ["spec"] = new JsonObject
            {
                ["podCIDR"] = cidrs[0],
                ["podCIDRs"] = new JsonArray([.. cidrs.Select(c => (JsonNode)JsonValue.Create(c))]),
            },
        };
        await _client.Of<V1Node>().PatchAsync(
            null, name, PatchType.StrategicMerge, Encoding.UTF8.GetBytes(patch.ToJsonString()), null, ct)
            .ConfigureAwait(false);
        return SyncResult.Done;
    }

    private IPNetwork[]? Allocate()
    {
        var networks = new List<IPNetwork>();
        foreach (var allocator in _allocators)
        {
            if (allocator.Allocate() is not { } network)
            {
                networks.ForEach(n => _allocators.ForEach(a => a.Release(n)));
                return null;
            }

            networks.Add(network);
        }

        return [.. networks];
    }

    private void Hold(string name, IPNetwork[] networks)
    {
        if (networks.Length == 0 || (_held.TryGetValue(name, out var known) && known.SequenceEqual(networks)))
        {
            return;
        }

        Free(name);
        _held[name] = networks;
        foreach (var network in networks)
        {
            _allocators.ForEach(a => a.Occupy(network));
        }
    }

    private void Free(string name)
    {
        if (_held.Remove(name, out var networks))
        {
            foreach (var network in networks)
            {
                _allocators.ForEach(a => a.Release(network));
            }
        }
    }

    private static IPNetwork[] Parse(V1Node node)
    {
        var texts = node.Spec?.PodCIDRs ?? (node.Spec?.PodCIDR is { Length: > 0 } one ? [one] : []);
        return [.. texts.Where(t => IPNetwork.TryParse(t, out _)).Select(IPNetwork.Parse)];
    }
}
