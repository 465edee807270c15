using System.Threading.Channels;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Quotas;
using Kube1.Api.Schema;
using Kube1.Client;
using Kube1.Controllers.Discovery;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ResourceQuotas;

/// <summary>
/// Watches the resources that quotas count by number, and no others: each from the first quota on that names it. One
/// that is not served yet, such as a custom resource before its definition, is looked for again every half a minute.
/// </summary>
internal sealed partial class CountedResources(
    KubeClient client, Func<IEnumerable<QuotaEvaluator>> wanted, Action<QuotaEvaluator, string?> changed,
    TimeProvider time, ILogger logger)
{
    /// <summary>Upstream's pause between two looks at what is served.</summary>
    private static readonly TimeSpan RediscoveryPause = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<GroupResource, (ObjectUsage Usage, Task Synced, Task Run)> _counted = [];
    private readonly Channel<bool> _look = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What a resource's objects use; null while they are not all known. Then the caller will hear of a change.</summary>
    public ObjectUsage? Find(GroupResource resource)
    {
        lock (_lock)
        {
            if (_counted.TryGetValue(resource, out var known))
            {
                return known.Synced.IsCompletedSuccessfully ? known.Usage : null;
            }
        }

        _look.Writer.TryWrite(true);
        return null;
    }

    /// <summary>Runs until cancelled, and returns once no watch runs any more.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await using var timer = time.CreateTimer(
            _ => _look.Writer.TryWrite(true), null, RediscoveryPause, RediscoveryPause).ConfigureAwait(false);
        try
        {
            await foreach (var _ in _look.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                await StartMissingAsync(ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            await Task.WhenAll(_counted.Values.Select(c => c.Run)).ConfigureAwait(false);
        }
    }

    private async Task StartMissingAsync(CancellationToken ct)
    {
        var missing = wanted().DistinctBy(e => e.Resource).Where(e => !_counted.ContainsKey(e.Resource)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        DiscoveredResources served;
        try
        {
            served = await ResourceDiscovery.ReadAsync(client, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (ServerFailure.Is(e))
        {
            LogDiscoveryFailed(e);
            return;
        }

        var started = new List<Task>();
        foreach (var evaluator in missing)
        {
            var resource = served.Resources.FirstOrDefault(r => r.Resource.GroupResource == evaluator.Resource
                && r.Namespaced && r.Verbs.Contains("list") && r.Verbs.Contains("watch"));
            if (resource is not null)
            {
                started.Add(StartAsync(evaluator, resource, ct));
            }
        }

        await Task.WhenAll(started).WaitAsync(ct).ConfigureAwait(false);
    }

    private async Task StartAsync(QuotaEvaluator evaluator, ResourceDescriptor resource, CancellationToken ct)
    {
        var usage = new ObjectUsage(evaluator, ns => changed(evaluator, ns), time);
        var watch = new ResourceWatch(client, resource, usage, time, _logger);
        LogCounting(evaluator.Resource.ToString());
        lock (_lock)
        {
            _counted[evaluator.Resource] = (
                usage, watch.Synced, Task.Run(() => watch.RunAsync(ct), CancellationToken.None));
        }

        await watch.Synced.WaitAsync(ct).ConfigureAwait(false);
        changed(evaluator, null);
    }
}
