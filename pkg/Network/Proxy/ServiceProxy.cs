using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Client.Informers;
using Kube1.Network.Hosts;
using Microsoft.Extensions.Logging;

namespace Kube1.Network.Proxy;

/// <summary>
/// Keeps this node's nftables table equal to the Services, endpoints and published container ports: the first time and
/// after an error by a full replace, else by the difference, each in one transaction. Stopping leaves the rules.
/// </summary>
public sealed partial class ServiceProxy
{
    /// <summary>The label that ties a slice to its Service.</summary>
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private const string SliceIndex = "service";

    /// <summary>After an error of the kernel; long enough not to flood the log.</summary>
    private static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(2);

    private readonly NetworkOptions _options;
    private readonly INftables _nftables;
    private readonly StaleFlows _staleFlows;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1EndpointSlice> _slices;
    private readonly Informer<V1Pod> _pods;
    private readonly ServiceTable _table;
    private readonly ChangeSignal _changed = new();
    private readonly TimeProvider _time;
    private readonly ILogger<ServiceProxy> _logger;

    /// <summary>Composes the proxy; <paramref name="informers"/> are run by the caller.</summary>
    public ServiceProxy(
        NetworkOptions options, INftables nftables, IConnectionTracking tracking, InformerSet informers, TimeProvider time,
        ILogger<ServiceProxy> logger)
    {
        _options = options;
        _nftables = nftables;
        _staleFlows = new StaleFlows(tracking);
        _time = time;
        _logger = logger;
        _table = new ServiceTable(options.Instance, options.ClusterCidr, options.ServiceCidr);
        _services = informers.Of<V1Service>();
        _slices = informers.Of<V1EndpointSlice>();
        _pods = informers.Of<V1Pod>(null, null, "spec.nodeName=" + options.NodeName);
        _slices.AddIndex(SliceIndex, OwningService);
    }

    /// <summary>
    /// The kernel switch that opens node and host ports on 127.0.0.1 too, when it is 1. By itself it would let neighbours
    /// reach the loopback addresses, so it is to be set once the rules stand, of which one keeps them out.
    /// </summary>
    public const string LoopbackSwitch = "net/ipv4/conf/all/route_localnet";

    /// <summary>One transaction that needs all that our rules need of the kernel, and leaves nothing: for a look before a start.</summary>
    public static string ProbeCommands
    {
        get
        {
            // Ranges for documentation (RFC 5737): no packet is ever meant.
            var table = new ServiceTable("kube1-check", IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"));
            return table.Frame + table.Remove;
        }
    }

    /// <summary>Runs until cancelled; calls <paramref name="ready"/> when the rules stand for the first time.</summary>
    public async Task RunAsync(Action ready, CancellationToken ct)
    {
        using var serviceChanges = _services.AddHandler(_ => _changed.Set(), (_, _) => _changed.Set(), _ => _changed.Set());
        using var sliceChanges = _slices.AddHandler(_ => _changed.Set(), (_, _) => _changed.Set(), _ => _changed.Set());
        using var podChanges = _pods.AddHandler(PodChanged, (_, pod) => PodChanged(pod), PodChanged);
        await Task.WhenAll(_services.WaitForSyncAsync(ct), _slices.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct))
            .ConfigureAwait(false);

        Ruleset? applied = null;
        while (true)
        {
            var services = PlanServices().ToList();
            var hostPorts = PlanHostPorts().ToList();
            var wanted = ServiceTable.Plan(services, hostPorts);
            var commands = applied is null
                ? _table.Frame + wanted.Since(new Ruleset(), _table.Table)
                : wanted.Since(applied, _table.Table);
            try
            {
                if (commands.Length > 0)
                {
                    _nftables.Run(commands);
                    LogApplied(wanted.Count, applied is null);
                }

                applied = wanted;
                ready();
                ForgetStaleFlows(services, hostPorts);
            }
            catch (NftablesException e)
            {
                // What stands in the kernel is not known any more, so the next turn replaces it whole.
                applied = null;
                LogRefused(e);
                await Task.Delay(RetryAfterError, _time, ct).ConfigureAwait(false);
                continue;
            }

            await _changed.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private void ForgetStaleFlows(List<ServicePortTarget> services, List<HostPortTarget> hostPorts)
    {
        try
        {
            if (_staleFlows.Forget(services, hostPorts) is var forgotten and > 0)
            {
                LogForgotten(forgotten);
            }
        }
        catch (IOException e)
        {
            // The rules stand; some clients go on to an endpoint that is gone until they pause.
            LogNotForgotten(e);
        }
    }

    private static IEnumerable<string> OwningService(V1EndpointSlice slice) =>
        slice.Metadata.Labels?.TryGetValue(ServiceNameLabel, out var name) == true
            ? [slice.Metadata.Namespace + "/" + name]
            : [];

    private void PodChanged(V1Pod pod)
    {
        if (pod.Spec?.Containers.Any(c => c.Ports?.Any(p => p.HostPort > 0) == true) == true)
        {
            _changed.Set();
        }
    }

    private IEnumerable<ServicePortTarget> PlanServices() => _services.List()
        .OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.Uid, StringComparer.Ordinal)
        .SelectMany(s => ServicePortPlanner.Plan(
            s, _slices.ByIndex(SliceIndex, s.Metadata.Namespace + "/" + s.Metadata.Name), _options.NodeName));

    private IEnumerable<HostPortTarget> PlanHostPorts() =>
        from pod in _pods.List()
        where pod.Spec?.HostNetwork != true && pod.Status?.Phase is not ("Succeeded" or "Failed")
        let address = pod.Status?.PodIP is { } text && IPAddress.TryParse(text, out var ip) ? ip : null
        where address?.AddressFamily == AddressFamily.InterNetwork
        from container in pod.Spec!.Containers
        from port in container.Ports ?? []
        where port.HostPort > 0
        select new HostPortTarget(
            (port.Protocol ?? "TCP").ToLowerInvariant(), port.HostPort!.Value,
            IPAddress.TryParse(port.HostIP, out var host) ? host : null, address, port.ContainerPort);

    [LoggerMessage(LogLevel.Debug, "Service rules applied: {Elements} elements, whole table: {Whole}")]
    private partial void LogApplied(int elements, bool whole);

    [LoggerMessage(LogLevel.Debug, "{Count} UDP flows to endpoints that are gone were forgotten")]
    private partial void LogForgotten(int count);

    [LoggerMessage(LogLevel.Warning, "UDP flows to endpoints that are gone could not be forgotten")]
    private partial void LogNotForgotten(IOException exception);

    [LoggerMessage(LogLevel.Error, "The kernel refused the Service rules; replacing the whole table next")]
    private partial void LogRefused(NftablesException exception);
}
