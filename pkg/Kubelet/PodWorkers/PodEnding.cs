using System.Globalization;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// The end of one pod, in steps that may be repeated: stop everything, give back what the pod held, report, and let the
/// object go. It begins when the pod is deleted, refused, evicted or done, and never turns back.
/// </summary>
internal sealed class PodEnding(
    PodServices services, PodIdentity identity, PodRuntimeView view, PodTerminator terminator, PodProbes probes,
    PodStatusPublisher? publisher)
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(30);

    private bool _restartsEnded;
    private bool _cleaned;
    private TimeSpan? _killGrace;
    private TimeSpan? _limit;

    /// <summary>Whether nothing of the pod is left on the node but its ended containers and their logs.</summary>
    public bool IsCleaned => Volatile.Read(ref _cleaned);

    /// <summary>However long the pod asked for, it gets no more than this.</summary>
    public void LimitGrace(TimeSpan limit) => _limit = limit;

    /// <summary>True when the worker has nothing more to do; else it waits for the pod's object to go.</summary>
    /// <param name="pod">The pod; null when it was never known.</param>
    /// <param name="removed">Whether the object is gone from the API.</param>
    /// <param name="publish">Reports the pod as terminating, as it is now; true when it is stopped.</param>
    /// <param name="ct">Cancels this step, so that it begins anew.</param>
    public async Task<bool> StepAsync(V1Pod? pod, bool removed, Action<V1Pod, bool> publish, CancellationToken ct)
    {
        if (!_restartsEnded)
        {
            probes.EndRestarts();
            _restartsEnded = true;
        }

        if (pod is not null && !removed && !_cleaned)
        {
            publish(pod, false);
        }

        await StopAsync(pod, ct);
        await probes.StopAsync();
        if (pod is not null && !removed)
        {
            publish(pod, true);
        }

        if (!_cleaned)
        {
            await GiveBackAsync(ct);
        }

        if (removed)
        {
            await PodRemains.RemoveAsync(services, identity, view.State, ct);
            return true;
        }

        if (pod?.Metadata.DeletionTimestamp is not null)
        {
            await publisher!.FlushAsync(ct);
            await services.Client.Of<V1Pod>().DeleteAsync(identity.Namespace, identity.Name, new V1DeleteOptions
            {
                GracePeriodSeconds = 0,
                Preconditions = new V1Preconditions { Uid = identity.Uid },
            }, ct);
        }

        return false;
    }

    private async Task GiveBackAsync(CancellationToken ct)
    {
        services.Volumes.TearDown(identity.Uid);
        services.Objects.Unregister(identity.Uid);
        services.Tokens.Forget(identity.Uid);
        if (services.Cgroups is { } cgroups)
        {
            await cgroups.RemoveAsync(identity.Uid, ct);
        }

        Volatile.Write(ref _cleaned, true);
    }

    private async Task StopAsync(V1Pod? pod, CancellationToken ct)
    {
        var state = view.State;
        if (state.Running.Any())
        {
            await terminator.KillAllAsync(pod, state, Grace(pod, state), ct);
        }

        foreach (var sandbox in state.Sandboxes.Where(s => s.State == SandboxState.Ready))
        {
            await services.Runtime.StopSandboxAsync(sandbox.Id, ct);
        }

        await view.RefreshAsync(ct);
    }

    /// <summary>The shortest period that was asked for: a later, longer one does not prolong the end.</summary>
    private TimeSpan Grace(V1Pod? pod, PodRuntimeState state)
    {
        var asked = pod?.Metadata is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: { } deletion }
            ? TimeSpan.FromSeconds(deletion)
            : pod?.Spec?.TerminationGracePeriodSeconds is { } own
                ? TimeSpan.FromSeconds(own)
                : AnnotatedGrace(state);
        asked = _limit < asked ? _limit.Value : asked;
        _killGrace = _killGrace < asked ? _killGrace : asked;
        return _killGrace.Value;
    }

    private static TimeSpan AnnotatedGrace(PodRuntimeState state)
    {
        var text = state.Containers
            .Select(c => c.Status.Annotations.GetValueOrDefault(PodKeys.TerminationGracePeriod))
            .FirstOrDefault(t => t is not null);
        return int.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : DefaultGrace;
    }
}
