using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;
using Kube1.Kubelet.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// The actor of one pod: one loop that brings the runtime to what the pod asks for and reports what it sees. Changes of
/// the pod, runtime events and probe verdicts only wake it; each sync reads everything anew. It ends when the pod is gone
/// from the API and nothing of it is left on the node.
/// </summary>
internal sealed partial class PodWorker : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(122);

    private readonly PodServices _services;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake = new();
    private readonly Lock _gate = new();
    private readonly PodRuntimeView _view;
    private readonly PodRunner _runner;
    private readonly PodProbes _probes;
    private readonly PodStatusPublisher? _publisher;
    private readonly PodEnding _ending;
    private readonly PodIdentity _identity;
    private V1Pod? _pod;
    private bool _removed;
    private bool _admitted;
    private PodFailure? _failure;
    private DateTimeOffset? _startTime;
    private CancellationTokenSource? _sync;
    private TimeSpan _retry = FirstRetry;

    /// <summary>
    /// A worker for a pod of the API, or (<paramref name="pod"/> null) for what the runtime has of an unknown one.
    /// </summary>
    public PodWorker(PodServices services, PodIdentity identity, V1Pod? pod)
    {
        (_services, _identity, _pod, _removed) = (services, identity, pod, pod is null);
        _logger = services.Loggers.CreateLogger<PodWorker>();
        _view = new PodRuntimeView(services.Runtime, identity.Uid);
        var terminator = new PodTerminator(services);
        _runner = new PodRunner(services, terminator, _view);
        _probes = new PodProbes(services.Prober, services.Events, services.Time, _wake.Set);
        if (pod is not null)
        {
            _startTime = pod.Status?.StartTime;
            _publisher = new PodStatusPublisher(
                services.Client, identity, pod.Status, services.Time,
                services.Loggers.CreateLogger<PodStatusPublisher>());
        }

        _ending = new PodEnding(services, identity, _view, terminator, _probes, _publisher);
    }

    public PodIdentity Identity => _identity;

    public string Uid => _identity.Uid;

    /// <summary>Whether the pod is gone from the API: the worker only cleans up.</summary>
    public bool IsRemoved => Volatile.Read(ref _removed);

    public V1Pod? Pod => Volatile.Read(ref _pod);

    public PodRuntimeState State => _view.State;

    /// <summary>Whether the pod holds resources of the node.</summary>
    public bool IsActive => _admitted && _failure is null && !_ending.IsCleaned
        && !PodPhases.IsTerminal(_publisher?.Latest?.Phase);

    /// <summary>The pod with its newest status, as the kubelet's own API shows it.</summary>
    public V1Pod? Snapshot()
    {
        if (Pod is not { } pod)
        {
            return null;
        }

        var copy = KubeJson.Clone(pod);
        copy.Status = _publisher?.Latest ?? copy.Status;
        return copy;
    }

    public void Update(V1Pod pod)
    {
        lock (_gate)
        {
            var before = _pod;
            _pod = pod;
            var ends = pod.Metadata.DeletionTimestamp is not null && before?.Metadata.DeletionTimestamp is null;
            var sooner = pod.Metadata.DeletionGracePeriodSeconds < before?.Metadata.DeletionGracePeriodSeconds;
            if (ends || sooner)
            {
                // What is under way (an image pull, a hook, a long grace period) must not delay the end.
                _sync?.Cancel();
            }
        }

        _wake.Set();
    }

    /// <summary>The pod is gone from the API.</summary>
    public void Removed()
    {
        lock (_gate)
        {
            _removed = true;
            _sync?.Cancel();
        }

        _wake.Set();
    }

    /// <summary>Whether nothing of the pod is left on the node but its ended containers.</summary>
    public bool IsCleaned => _ending.IsCleaned;

    /// <summary>The node ends the pod, in at most <paramref name="grace"/>.</summary>
    public void Evict(PodFailure failure, TimeSpan grace)
    {
        lock (_gate)
        {
            _failure ??= failure;
            _ending.LimitGrace(grace);
            _sync?.Cancel();
        }

        _wake.Set();
    }

    public void Wake() => _wake.Set();

    public bool Knows(string containerId) => _view.Knows(containerId);

    /// <summary>What a list of the runtime holds of this pod.</summary>
    public void Observe(IEnumerable<SandboxSummary> sandboxes, IEnumerable<ContainerSummary> containers)
    {
        if (_view.Observe(sandboxes, containers))
        {
            _wake.Set();
        }
    }

    /// <summary>Takes over what an earlier worker of the pod knew of the runtime.</summary>
    public void Inherit(PodRuntimeState state)
    {
        foreach (var sandbox in state.Sandboxes)
        {
            _view.AddSandbox(sandbox.Id);
        }

        foreach (var container in state.Containers)
        {
            _view.AddContainer(container.Id, container.SandboxId);
        }
    }

    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var publishing = _publisher?.RunAsync(stop.Token) ?? Task.CompletedTask;
        try
        {
            if (Pod is { } pod)
            {
                _services.Objects.Register(pod, _wake.Set);
            }
            else
            {
                LogOrphan(_identity.Namespace, _identity.Name, Uid);
            }

            while (await SyncOnceAsync(ct) is { Finished: false } next)
            {
                await _wake.WaitAsync(next.Wait, _services.Time, ct);
            }
        }
        finally
        {
            _services.Objects.Unregister(Uid);
            await _probes.StopAsync();
            await stop.CancelAsync();
            try
            {
                await publishing;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The publisher runs until it is told to stop.
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _sync?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(bool Finished, TimeSpan? Wait)> SyncOnceAsync(CancellationToken ct)
    {
        var sync = CancellationTokenSource.CreateLinkedTokenSource(ct);
        V1Pod? pod;
        bool ends;
        lock (_gate)
        {
            // One look: a sync that began before the end was asked for is broken off, and must not begin the end itself,
            // or hooks would run twice.
            _sync?.Dispose();
            _sync = sync;
            pod = _pod;
            ends = IsEnding(pod);
        }

        try
        {
            var result = await SyncAsync(pod, ends, sync.Token, ct);
            _retry = FirstRetry;
            return result;
        }
        catch (OperationCanceledException) when (sync.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return (false, TimeSpan.Zero);
        }
        catch (VolumeException e)
        {
            if (pod is not null)
            {
                _services.Events.Warning(
                    pod, "FailedMount", $"MountVolume.SetUp failed for volume \"{e.Volume}\" : {e.Message}");
            }

            return (false, NextRetry());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogSyncFailed(_identity.Namespace, _identity.Name, e);
            if (pod is not null && e is not (ApiException or HttpRequestException))
            {
                _services.Events.Warning(pod, "FailedSync", $"error determining status: {e.Message}");
            }

            return (false, NextRetry());
        }
    }

    private TimeSpan NextRetry()
    {
        var wait = _retry;
        _retry = _retry * 2 < MaxRetry ? _retry * 2 : MaxRetry;
        return wait;
    }

    private async Task<(bool Finished, TimeSpan? Wait)> SyncAsync(
        V1Pod? pod, bool ends, CancellationToken sync, CancellationToken life)
    {
        await _view.RefreshAsync(sync);
        if (ends)
        {
            return await EndAsync(pod, sync);
        }

        if (!Admit(pod!))
        {
            return await EndAsync(pod, sync);
        }

        _startTime ??= _services.Time.GetUtcNow();
        if (Deadline(pod!) is { } left && left <= TimeSpan.Zero)
        {
            _failure = new PodFailure(
                "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
            _services.Events.Normal(pod!, "DeadlineExceeded", _failure.Message);
            return await EndAsync(pod, sync);
        }

        return await RunPodAsync(pod!, Deadline(pod!), sync, life);
    }

    private async Task<(bool Finished, TimeSpan? Wait)> RunPodAsync(
        V1Pod pod, TimeSpan? deadline, CancellationToken sync, CancellationToken life)
    {
        var hostIPs = _services.Options.NodeIPs;
        while (true)
        {
            _probes.Sync(pod, State, State.PodIPs(pod, hostIPs), pod.Status, life);
            var plan = PodPlanner.Plan(pod, State, _probes.VerdictOf);
            var status = Publish(pod);
            if (PodPhases.IsTerminal(status?.Phase) || (plan.KillPod && !plan.CreateSandbox))
            {
                return await EndAsync(pod, sync);
            }

            var (acted, retry) = await _runner.ExecuteAsync(pod, plan, sync);
            if (!acted)
            {
                Publish(pod);
                return (false, Least(Least(retry, deadline), TokenRenewal()));
            }

            await _view.RefreshAsync(sync);
        }
    }

    private bool IsEnding(V1Pod? pod) => pod is null || _removed || _failure is not null
        || pod.Metadata.DeletionTimestamp is not null
        || PodPhases.IsTerminal(pod.Status?.Phase) || PodPhases.IsTerminal(_publisher?.Latest?.Phase);

    /// <summary>A pod that runs already (kube1 was restarted) is not judged anew.</summary>
    private bool Admit(V1Pod pod)
    {
        if (_admitted)
        {
            return true;
        }

        if (State.Sandboxes.Count == 0 && _services.Admit(pod) is { } refusal)
        {
            _services.Events.Warning(pod, refusal.Reason, refusal.Message);
            _failure = refusal with { Message = "Pod was rejected: " + refusal.Message };
            return false;
        }

        _admitted = true;
        return true;
    }

    private TimeSpan? Deadline(V1Pod pod) => pod.Spec!.ActiveDeadlineSeconds is { } seconds && _startTime is { } start
        ? start.AddSeconds(seconds) - _services.Time.GetUtcNow()
        : null;

    private TimeSpan? TokenRenewal() => _services.Tokens.RenewalOf(Uid) is { } due
        ? Max(due - _services.Time.GetUtcNow(), TimeSpan.FromSeconds(1))
        : null;

    private V1PodStatus? Publish(V1Pod pod, bool terminating = false, bool ended = false)
    {
        if (_publisher is null)
        {
            return null;
        }

        var status = PodStatusCalculator.Calculate(new PodStatusInputs
        {
            Pod = pod,
            State = State,
            HostIPs = _services.Options.NodeIPs,
            Now = _services.Time.GetUtcNow(),
            StartTime = _startTime ?? _services.Time.GetUtcNow(),
            Waiting = _runner.Waiting,
            ReadyOf = _probes.ReadyOf,
            StartedOf = _probes.StartedOf,
            Failure = _failure,
            Terminating = terminating,
            Ended = ended,
            TerminationMessage = container => TerminationMessages.Read(_services, pod, container),
            RuntimeName = _services.RuntimeName,
            Previous = _publisher.Latest,
        });
        _publisher.Publish(status);
        return status;
    }

    private async Task<(bool Finished, TimeSpan? Wait)> EndAsync(V1Pod? pod, CancellationToken ct) =>
        (await _ending.StepAsync(pod, _removed, (ending, ended) => Publish(ending, terminating: true, ended), ct), null);

    private static TimeSpan? Least(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
