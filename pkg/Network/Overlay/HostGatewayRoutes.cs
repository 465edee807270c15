using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Client.Informers;
using Kube1.Network.Hosts;
using Microsoft.Extensions.Logging;

namespace Kube1.Network.Overlay;

/// <summary>Keeps one route to each other node's pod range, through that node's address: pods reach pods without NAT.</summary>
public sealed partial class HostGatewayRoutes
{
    /// <summary>Marks our routes in the kernel, so that no other route is ever touched. Free in /etc/iproute2/rt_protos.</summary>
    public const byte RouteProtocol = 75;

    /// <summary>A neighbour that is not reachable yet (its link is still coming up) is tried again.</summary>
    private static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(5);

    private readonly NetworkOptions _options;
    private readonly IHostNetwork _network;
    private readonly Informer<V1Node> _nodes;
    private readonly ChangeSignal _changed = new();
    private readonly TimeProvider _time;
    private readonly ILogger<HostGatewayRoutes> _logger;

    /// <summary>Composes the controller; <paramref name="informers"/> are run by the caller.</summary>
    public HostGatewayRoutes(
        NetworkOptions options, IHostNetwork network, InformerSet informers, TimeProvider time,
        ILogger<HostGatewayRoutes> logger)
    {
        _options = options;
        _network = network;
        _time = time;
        _logger = logger;
        _nodes = informers.Of<V1Node>();
    }

    /// <summary>Runs until cancelled. Stopping leaves the routes.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var handler = _nodes.AddHandler(
            _ => _changed.Set(),
            (old, now) =>
            {
                if (RouteTo(old) != RouteTo(now))
                {
                    _changed.Set();
                }
            },
            _ => _changed.Set());
        await _nodes.WaitForSyncAsync(ct).ConfigureAwait(false);
        while (true)
        {
            if (Reconcile())
            {
                await _changed.WaitAsync(ct).ConfigureAwait(false);
            }
            else
            {
                await Task.Delay(RetryAfterError, _time, ct).ConfigureAwait(false);
            }
        }
    }

    private bool Reconcile()
    {
        var wanted = _nodes.List().Where(n => n.Metadata.Name != _options.NodeName).Select(RouteTo).OfType<GatewayRoute>().ToHashSet();
        var present = _network.ListRoutes(RouteProtocol).Where(r => _options.ClusterCidr.Contains(r.Destination.BaseAddress)).ToHashSet();
        var complete = true;
        foreach (var route in wanted.Except(present))
        {
            complete &= Try(() => _network.ReplaceRoute(route, RouteProtocol));
        }

        foreach (var route in present.Where(p => wanted.All(w => w.Destination != p.Destination)))
        {
            complete &= Try(() => _network.RemoveRoute(route, RouteProtocol));
        }

        return complete;
    }

    private bool Try(Action change)
    {
        try
        {
            change();
            return true;
        }
        catch (IOException e)
        {
            LogRefused(e);
            return false;
        }
    }

    private static GatewayRoute? RouteTo(V1Node node)
    {
        // A node with both families may name its IPv6 address first.
        var gateway = (node.Status?.Addresses ?? []).Where(a => a.Type == "InternalIP")
            .Select(a => IPAddress.TryParse(a.Address, out var ip) ? ip : null)
            .FirstOrDefault(ip => ip?.AddressFamily == AddressFamily.InterNetwork);
        return gateway is not null && IPNetwork.TryParse(node.Spec?.PodCIDR, out var range)
            ? new GatewayRoute(range, gateway)
            : null;
    }

    [LoggerMessage(LogLevel.Warning, "A route to another node's pods could not be changed; trying again")]
    private partial void LogRefused(IOException exception);
}
