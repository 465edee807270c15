using Kube1.Kubelet.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// Wakes workers when the runtime has news. Events come at once where the runtime has them; lists are the safety net, and
/// the only source where it has none.
/// </summary>
internal sealed partial class RuntimeEventPump(
    IPodRuntime runtime, PodWorkerSet workers, TimeProvider time, ILogger logger)
{
    /// <summary>Upstream's period with evented PLEG: an event that was lost is made good after this.</summary>
    private static readonly TimeSpan RelistWithEvents = TimeSpan.FromMinutes(1);

    /// <summary>Upstream's period without events.</summary>
    private static readonly TimeSpan RelistWithoutEvents = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Resubscribe = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly WakeSignal _relistNow = new();
    private volatile bool _hasEvents = true;
    private long _lastListed;

    /// <summary>When the runtime last answered; the node is not ready when that is long ago.</summary>
    public DateTimeOffset LastAnswer => new(Interlocked.Read(ref _lastListed), TimeSpan.Zero);

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(FollowAsync(ct), RelistAsync(ct));

    private async Task RelistAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                // Containers before sandboxes: a pod made in between shows its sandbox at least.
                var containers = await runtime.ListContainersAsync(ct);
                var sandboxes = await runtime.ListSandboxesAsync(ct);
                Interlocked.Exchange(ref _lastListed, time.GetUtcNow().UtcTicks);
                workers.Observe(sandboxes, containers);
            }
            catch (RuntimeException e)
            {
                LogRuntimeSilent(e);
            }

            await _relistNow.WaitAsync(_hasEvents ? RelistWithEvents : RelistWithoutEvents, time, ct);
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await foreach (var change in runtime.EventsAsync(ct))
                {
                    Dispatch(change);
                }

                LogStreamBroken(null);
            }
            catch (NotSupportedException)
            {
                _hasEvents = false;
                LogNoEvents(RelistWithoutEvents.TotalSeconds);
                _relistNow.Set();
                return;
            }
            catch (RuntimeException e)
            {
                LogStreamBroken(e);
            }

            // What happened between two subscriptions only a list can tell.
            await Task.Delay(Resubscribe, time, ct);
            _relistNow.Set();
        }
    }

    private void Dispatch(RuntimeEvent change)
    {
        var worker = change.PodUid is { } uid ? workers.Find(uid) : workers.FindByContainer(change.ContainerId);
        if (worker is null)
        {
            _relistNow.Set();
        }
        else
        {
            worker.Wake();
        }
    }
}
