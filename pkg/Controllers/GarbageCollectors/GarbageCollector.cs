using System.Threading.Channels;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Controllers.Discovery;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.GarbageCollectors;

/// <summary>
/// Deletes objects whose owners are all gone, lets owners wait for their dependents (foreground) or leave them behind
/// (orphan). Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
/// </summary>
internal sealed partial class GarbageCollector : IController
{
    /// <summary>Objects looked at at a time; upstream's --concurrent-gc-syncs.</summary>
    private const int Workers = 20;

    private static readonly TimeSpan RediscoveryPause = TimeSpan.FromSeconds(1);

    /// <summary>A server that does not tell of its objects in this time is not waited for; upstream's bound.</summary>
    private static readonly TimeSpan SyncTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Events expire by themselves and are never owned.</summary>
    private static readonly HashSet<GroupResource> Ignored = [new("", "events"), new("events.k8s.io", "events")];

    private readonly KubeClient _client;
    private readonly OwnerGraph _graph = new();
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;
    private readonly EventRecorder _events;
    private readonly DependentCollector _collector;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<GroupVersionResource, (Task Run, CancellationTokenSource Stop)> _monitors = [];
    private readonly Channel<bool> _rediscover = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile IReadOnlyList<ResourceDescriptor> _resources = [];

    public GarbageCollector(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _time = context.Time;
        _logger = context.Loggers.CreateLogger<GarbageCollector>();
        _events = new EventRecorder(_client, "garbage-collector-controller", null, _time, _logger);
        _collector = new DependentCollector(_client, _graph, Resolve, uid => _queue!.Add(uid), _events);
        _queue = new WorkQueue<string>(_time);
        _loop = new ControllerLoop<string>(Name, _queue, SyncAsync, Workers, _time, _logger);
    }

    public string Name => "generic-garbage-collector";

    public async Task RunAsync(CancellationToken ct)
    {
        var events = _events.RunAsync(ct);
        try
        {
            await SyncMonitorsAsync(ct).ConfigureAwait(false);
            await Task.WhenAll(_loop.RunAsync(ct), RediscoverAsync(ct), events).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            await Task.WhenAll(_monitors.Values.Select(m => m.Run)).ConfigureAwait(false);
        }
    }

    private async Task<SyncResult> SyncAsync(string uid, CancellationToken ct)
    {
        await _collector.SyncAsync(uid, ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    private ResourceDescriptor? Resolve(OwnerLink owner) =>
        _resources.FirstOrDefault(r => r.Kind.Group == owner.Group && r.Kind.Kind == owner.Kind);

    // A change of what is served always shows as a change of one of these two.
    private void OnChanged(ResourceDescriptor resource)
    {
        if (resource.Resource.GroupResource is { Resource: "customresourcedefinitions", Group: "apiextensions.k8s.io" }
            or { Resource: "apiservices", Group: "apiregistration.k8s.io" })
        {
            _rediscover.Writer.TryWrite(true);
        }
    }

    private async Task RediscoverAsync(CancellationToken ct)
    {
        await foreach (var _ in _rediscover.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            // Definitions come in groups; one look a second at most is enough for all of them.
            await Task.Delay(RediscoveryPause, _time, ct).ConfigureAwait(false);
            await SyncMonitorsAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task SyncMonitorsAsync(CancellationToken ct)
    {
        var found = await DiscoverAsync(ct).ConfigureAwait(false);
        var wanted = found.Resources
            .Where(r => r.Verbs.Contains("list") && r.Verbs.Contains("watch") && r.Verbs.Contains("delete")
                && !Ignored.Contains(r.Resource.GroupResource))
            .ToDictionary(r => r.Resource);
        var started = new List<ResourceMonitor>();
        foreach (var resource in wanted.Values.Where(r => !_monitors.ContainsKey(r.Resource)))
        {
            var monitor = new ResourceMonitor(_client, resource, _graph, Look, OnChanged, _time, _logger);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            _monitors[resource.Resource] = (Task.Run(() => monitor.RunAsync(stop.Token), CancellationToken.None), stop);
            started.Add(monitor);
        }

        // A group that cannot be asked at the moment is not a group that is gone.
        if (found.Failures.Count == 0)
        {
            foreach (var gone in _monitors.Keys.Where(r => !wanted.ContainsKey(r)).ToList())
            {
                await StopAsync(gone).ConfigureAwait(false);
            }
        }

        _resources = found.Resources;
        LogWatching(_monitors.Count);
        try
        {
            await Task.WhenAll(started.Select(m => m.Synced)).WaitAsync(SyncTimeout, _time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogUnsynced(started.Count(m => !m.Synced.IsCompleted));
        }
    }

    private async Task<DiscoveredResources> DiscoverAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await ResourceDiscovery.ReadAsync(_client, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (ServerFailure.Is(e))
            {
                LogDiscoveryFailed(e);
                await Task.Delay(RediscoveryPause, _time, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task StopAsync(GroupVersionResource resource)
    {
        _monitors.Remove(resource, out var monitor);
        await monitor.Stop.CancelAsync().ConfigureAwait(false);
        await monitor.Run.ConfigureAwait(false);
        monitor.Stop.Dispose();
    }

    private void Look(IEnumerable<string> uids)
    {
        foreach (var uid in uids)
        {
            _queue.Add(uid);
        }
    }
}
