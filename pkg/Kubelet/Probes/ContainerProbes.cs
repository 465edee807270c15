using Kube1.Api.Models;
using Kube1.Kubelet.Containers;

namespace Kube1.Kubelet.Probes;

/// <summary>
/// The startup, liveness and readiness probes of one container instance. Liveness and readiness begin when the startup
/// probe has succeeded; the first probe comes as soon as its initial delay is over.
/// </summary>
internal sealed class ContainerProbes(
    IProber prober, ContainerEvents events, TimeProvider time, Action changed, V1Pod pod, V1Container container,
    string containerId, DateTimeOffset startedAt, string podIP, V1ContainerStatus? known)
    : IAsyncDisposable
{
    private readonly TaskCompletionSource _startedSignal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopRestarts = new();
    private Task _loops = Task.CompletedTask;
    private int _started = known?.Started == true || container.StartupProbe is null ? 1 : -1;
    private int _live = -1;
    private int _ready = container.ReadinessProbe is null ? -1 : known?.Ready == true ? 1 : 0;

    /// <summary>False when the liveness probe has failed for good; null while there is no verdict.</summary>
    public bool? Live => Read(ref _live);

    /// <summary>True when started, false when the startup probe has failed for good.</summary>
    public bool? Started => Read(ref _started);

    public bool? Ready => Read(ref _ready);

    public void Start(CancellationToken ct)
    {
        if (Started == true)
        {
            _startedSignal.TrySetResult();
        }

        _loops = RunAllAsync(ct);
    }

    public void EndRestarts() => _stopRestarts.Cancel();

    /// <summary>Ends the probes and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        _stop.Dispose();
        _stopRestarts.Dispose();
    }

    private async Task RunAllAsync(CancellationToken ct)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        using var restarts = CancellationTokenSource.CreateLinkedTokenSource(all.Token, _stopRestarts.Token);
        await Task.WhenAll(
            RunAsync(container.StartupProbe, "Startup", restarts.Token),
            RunAsync(container.LivenessProbe, "Liveness", restarts.Token),
            RunAsync(container.ReadinessProbe, "Readiness", all.Token));
    }

    private async Task RunAsync(V1Probe? probe, string kind, CancellationToken ct)
    {
        if (probe is null || (kind == "Startup" && Started == true))
        {
            return;
        }

        try
        {
            if (kind != "Startup")
            {
                await _startedSignal.Task.WaitAsync(ct);
            }

            var begin = startedAt + TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0) - time.GetUtcNow();
            if (begin > TimeSpan.Zero)
            {
                await Task.Delay(begin, time, ct);
            }

            await LoopAsync(probe, kind, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The container or the pod is over.
        }
    }

    private async Task LoopAsync(V1Probe probe, string kind, CancellationToken ct)
    {
        var period = TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));
        var run = 0;
        var last = ProbeResult.Unknown;
        while (true)
        {
            var outcome = await prober.ProbeAsync(probe, pod, container, containerId, podIP, ct);
            Report(kind, outcome);
            if (outcome.Result != ProbeResult.Unknown)
            {
                run = outcome.Result == last ? run + 1 : 1;
                last = outcome.Result;
                var needed = last == ProbeResult.Success ? probe.SuccessThreshold ?? 1 : probe.FailureThreshold ?? 3;
                if (run >= needed && Settle(kind, last == ProbeResult.Success))
                {
                    return;
                }
            }

            await Task.Delay(period, time, ct);
        }
    }

    /// <summary>Notes a verdict; true when the probe has no more to say about this instance.</summary>
    private bool Settle(string kind, bool success)
    {
        ref var field = ref kind == "Startup" ? ref _started : ref kind == "Liveness" ? ref _live : ref _ready;
        if (Interlocked.Exchange(ref field, success ? 1 : 0) != (success ? 1 : 0))
        {
            changed();
        }

        if (kind == "Startup" && success)
        {
            _startedSignal.TrySetResult();
            return true;
        }

        return kind != "Readiness" && !success;
    }

    private void Report(string kind, ProbeOutcome outcome)
    {
        if (outcome.Result == ProbeResult.Failure)
        {
            events.Warning(pod, container, "Unhealthy", $"{kind} probe failed: {outcome.Output}");
        }
        else if (outcome.Result == ProbeResult.Unknown)
        {
            events.Warning(pod, container, "Unhealthy", $"{kind} probe errored and resulted in unknown state: {outcome.Output}");
        }
    }

    private static bool? Read(ref int field) => Volatile.Read(ref field) switch
    {
        < 0 => null,
        var value => value == 1,
    };
}
