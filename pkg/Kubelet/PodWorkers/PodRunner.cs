using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>Carries out a plan of one pod: sandbox and volumes side by side, then containers in order.</summary>
internal sealed class PodRunner(PodServices services, PodTerminator terminator, PodRuntimeView view)
{
    private static readonly TimeSpan SandboxRetry = TimeSpan.FromSeconds(5);

    private readonly RestartBackOff _backOff = new(services.Options.RestartBackOff, services.Options.MaxRestartBackOff);
    private readonly Dictionary<string, WaitingReason> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<ImageAttempt>> _prefetched = new(StringComparer.Ordinal);

    /// <summary>
    /// When an image is looked for again: a pod is woken for many reasons, and none of them makes a registry answer.
    /// </summary>
    private readonly Dictionary<string, (string? Image, DateTimeOffset At)> _imageRetries = new(StringComparer.Ordinal);

    /// <summary>
    /// Volumes that were set up beside the sandbox, for the containers that follow it at once. What has changed since
    /// then wakes the pod once more.
    /// </summary>
    private IReadOnlyDictionary<string, string>? _freshVolumes;

    /// <summary>Why containers wait, by name.</summary>
    public IReadOnlyDictionary<string, WaitingReason> Waiting => new Dictionary<string, WaitingReason>(_waiting);

    /// <summary>
    /// Whether anything changed, so that the pod is to be looked at again; and when to try again what failed.
    /// </summary>
    public async Task<(bool Acted, TimeSpan? Retry)> ExecuteAsync(V1Pod pod, PodPlan plan, CancellationToken ct)
    {
        var hostIPs = services.Options.NodeIPs;
        var addresses = new PodAddresses(hostIPs, view.State.PodIPs(pod, hostIPs));
        var cgroup = plan.CreateSandbox ? services.Cgroups?.Ensure(pod) : services.Cgroups?.PathOf(pod);
        var attempt = plan.CreateSandbox ? plan.SandboxAttempt : view.State.LatestSandbox?.Metadata.Attempt ?? 0;
        var sandbox = services.Sandboxes.Build(pod, attempt, cgroup ?? "");
        if (plan.CreateSandbox)
        {
            return await CreateSandboxAsync(pod, plan, sandbox, addresses, ct);
        }

        var acted = false;
        foreach (var kill in plan.Kills)
        {
            await KillAsync(pod, kill, ct);
            acted = true;
        }

        // Also when nothing starts: this is how a changed ConfigMap or a renewed token gets into a running pod.
        var volumes = _freshVolumes ?? await services.Volumes.PrepareAsync(pod, addresses, ct);
        _freshVolumes = null;
        TimeSpan? retry = null;
        foreach (var container in plan.EphemeralStarts.Concat(plan.InitStarts).Concat(plan.Starts))
        {
            var wait = await StartAsync(pod, container, sandbox, addresses, volumes, ct);
            acted |= wait == TimeSpan.Zero;
            retry = wait > TimeSpan.Zero && (retry is null || wait < retry) ? wait : retry;
        }

        await PruneAsync(pod, ct);
        return (acted, retry);
    }

    private async Task<(bool, TimeSpan?)> CreateSandboxAsync(
        V1Pod pod, PodPlan plan, SandboxConfig config, PodAddresses addresses, CancellationToken ct)
    {
        if (plan.KillPod)
        {
            var grace = TimeSpan.FromSeconds(pod.Spec!.TerminationGracePeriodSeconds ?? 30);
            services.Events.Normal(pod, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
            await terminator.KillAllAsync(pod, view.State, grace, ct);
            foreach (var old in view.State.Sandboxes)
            {
                await services.Runtime.StopSandboxAsync(old.Id, ct);
            }
        }

        string handler;
        try
        {
            handler = await RuntimeHandlerAsync(pod, ct);
        }
        catch (ContainerConfigException e)
        {
            services.Events.Warning(pod, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.Message}");
            return (false, SandboxRetry);
        }

        // The longest call goes out first; the rest is done while the runtime works.
        Directory.CreateDirectory(config.LogDirectory);
        var made = services.Runtime.RunSandboxAsync(config, handler, ct);
        var volumes = services.Volumes.PrepareAsync(pod, addresses, ct);
        Prefetch(pod, config, ct);
        try
        {
            view.AddSandbox(await made);
        }
        catch (OperationCanceledException)
        {
            view.MarkUncertain();

            // What comes next takes the pod down, and nothing may be mounted behind its back.
            await ((Task)volumes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        catch (RuntimeException e)
        {
            view.MarkUncertain();
            services.Events.Warning(pod, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.RpcText}");
            await volumes;
            return (false, SandboxRetry);
        }

        _freshVolumes = await volumes;
        return (true, null);
    }

    /// <summary>Looks for (or pulls) the images of what starts first while the sandbox is made.</summary>
    private void Prefetch(V1Pod pod, SandboxConfig config, CancellationToken ct)
    {
        var first = pod.Spec!.InitContainers is { Count: > 0 } init ? init.Take(1) : pod.Spec.Containers;
        foreach (var container in first)
        {
            _prefetched[container.Name] = services.Images.EnsureAsync(pod, container, config, ct);
        }
    }

    private async Task<string> RuntimeHandlerAsync(V1Pod pod, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(pod.Spec!.RuntimeClassName))
        {
            return "";
        }

        var found = await services.Client.Of<V1RuntimeClass>().GetAsync(null, pod.Spec.RuntimeClassName, ct);
        return found?.Handler ?? throw new ContainerConfigException(
            $"failed to get sandbox runtime: runtimeclass.node.k8s.io \"{pod.Spec.RuntimeClassName}\" not found");
    }

    private async Task KillAsync(V1Pod pod, ContainerKill kill, CancellationToken ct)
    {
        var container = PodTerminator.Find(pod.Spec!, kill.Container.Name);
        var seconds = kill.Cause switch
        {
            KillCauses.Liveness => container?.LivenessProbe?.TerminationGracePeriodSeconds,
            KillCauses.Startup => container?.StartupProbe?.TerminationGracePeriodSeconds,
            _ => null,
        } ?? pod.Spec!.TerminationGracePeriodSeconds ?? 30;
        var grace = TimeSpan.FromSeconds(seconds);
        await terminator.KillAsync(pod, view.State, kill.Container, kill.Message, grace, ct);
    }

    /// <summary>How long to wait before another attempt; zero when the container was started.</summary>
    private async Task<TimeSpan> StartAsync(
        V1Pod pod, V1Container container, SandboxConfig sandbox, PodAddresses addresses,
        IReadOnlyDictionary<string, string> volumes, CancellationToken ct)
    {
        var now = services.Time.GetUtcNow();
        if (_imageRetries.TryGetValue(container.Name, out var due) && due.Image == container.Image && now < due.At)
        {
            return due.At - now;
        }

        _prefetched.Remove(container.Name, out var prefetched);
        if (prefetched is { IsCanceled: true } or { IsFaulted: true })
        {
            prefetched = null;
        }

        var state = view.State;
        var starter = new ContainerStarter(services, terminator, _backOff);
        var backedOff = _waiting.GetValueOrDefault(container.Name)?.Reason == "CrashLoopBackOff";
        var outcome = await starter.StartAsync(
            pod, container, state, sandbox, addresses, volumes, prefetched, backedOff,
            view, ct);
        if (outcome.Waiting is { } why)
        {
            _waiting[container.Name] = why;
            if (why.Reason is "ErrImagePull" or "ImagePullBackOff" or "ErrImageNeverPull" or "InvalidImageName")
            {
                _imageRetries[container.Name] = (container.Image, now + outcome.RetryAfter);
            }

            return outcome.RetryAfter;
        }

        _waiting.Remove(container.Name);
        _imageRetries.Remove(container.Name);
        return TimeSpan.Zero;
    }

    /// <summary>Keeps the newest two instances of a container and the newest sandbox; older ones are of no use.</summary>
    private async Task PruneAsync(V1Pod pod, CancellationToken ct)
    {
        const int kept = 2;
        var state = view.State;
        foreach (var old in state.Containers.GroupBy(c => c.Name).SelectMany(g => g.Skip(kept)).Where(c => c.HasExited))
        {
            await services.Runtime.RemoveContainerAsync(old.Id, ct);
            view.Forget(old.Id);
            var log = Path.Combine(
                PodKeys.LogDirectory(
                    services.Options.PodLogsDirectory, pod.Metadata.Namespace!, pod.Metadata.Name!, pod.Metadata.Uid!),
                PodKeys.LogPath(old.Name, (int)old.Status.Metadata.Attempt));
            File.Delete(log);
        }

        foreach (var old in state.Sandboxes.Skip(1).Where(s => s.State == SandboxState.NotReady))
        {
            if (view.State.Containers.All(c => c.SandboxId != old.Id))
            {
                await services.Runtime.RemoveSandboxAsync(old.Id, ct);
                view.Forget(old.Id);
            }
        }
    }
}
