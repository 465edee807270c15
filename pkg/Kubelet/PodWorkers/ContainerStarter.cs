using System.Globalization;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>Outcome of an attempt to start a container: its id, or why it waits and for how long.</summary>
internal sealed record StartOutcome(string? ContainerId, WaitingReason? Waiting, TimeSpan RetryAfter);

/// <summary>Starts one container: restart back-off, image, configuration, create, start, postStart hook.</summary>
internal sealed class ContainerStarter(PodServices services, PodTerminator terminator, RestartBackOff backOff)
{
    /// <summary>A configuration that cannot be resolved is tried again this often; a watch usually comes sooner.</summary>
    private static readonly TimeSpan ConfigRetry = TimeSpan.FromSeconds(10);

    /// <summary>How long ErrImagePull shows before it becomes ImagePullBackOff.</summary>
    private static readonly TimeSpan ShowPullError = TimeSpan.FromSeconds(2);

    public async Task<StartOutcome> StartAsync(
        V1Pod pod, V1Container container, PodRuntimeState state, SandboxConfig sandbox, PodAddresses addresses,
        IReadOnlyDictionary<string, string> volumePaths, Task<ImageAttempt>? prefetched, bool wasBackingOff,
        PodRuntimeView view, CancellationToken ct)
    {
        var latest = state.Latest(container.Name);
        if (CheckBackOff(pod, container, latest, wasBackingOff) is { } waits)
        {
            return waits;
        }

        var image = await (prefetched ?? services.Images.EnsureAsync(pod, container, sandbox, ct));
        if (image.Image is null)
        {
            var retry = image.Reason == "ErrImagePull" ? ShowPullError
                : image.RetryAfter > TimeSpan.Zero ? image.RetryAfter : ConfigRetry;
            return new StartOutcome(null, new WaitingReason(image.Reason, image.Message), retry);
        }

        string? id = null;
        try
        {
            var links = services.Services() ?? throw new ContainerConfigException(
                "services have not yet been read at least once, cannot construct envs");
            var config = await services.Containers.BuildAsync(
                new ContainerRequest(
                    pod, container, RestartCount(pod, container, latest), image.Image, addresses, volumePaths, links)
                {
                    TargetId = TargetId(pod, container, state),
                },
                ct);
            Directory.CreateDirectory(Path.Combine(sandbox.LogDirectory, container.Name));
            id = await CreateAsync(state, sandbox, config, view, ct);
            services.Events.Normal(pod, container, "Created", "Container created");
            await RunAsync(id, ct);
            services.Events.Normal(pod, container, "Started", "Container started");
        }
        catch (ContainerConfigException e)
        {
            services.Events.Warning(pod, container, "Failed", $"Error: {e.Message}");
            return new StartOutcome(id, new WaitingReason(e.Reason, e.Message), ConfigRetry);
        }

        return await PostStartAsync(pod, container, id, state, addresses, ct);
    }

    private StartOutcome? CheckBackOff(V1Pod pod, V1Container container, PodContainer? latest, bool wasBackingOff)
    {
        if (latest is not { HasExited: true })
        {
            return null;
        }

        var key = $"{pod.Metadata.Uid}/{container.Name}/{ContainerHash.Of(container)}";
        var now = services.Time.GetUtcNow();
        var ended = latest.Status.FinishedAt ?? latest.Status.CreatedAt;
        var left = backOff.Remaining(key, ended, now);
        if (left == TimeSpan.Zero)
        {
            backOff.Next(key, ended, now);
            return null;
        }

        if (!wasBackingOff)
        {
            services.Events.Warning(pod, container, "BackOff",
                $"Back-off restarting failed container {container.Name} in pod {PodKeys.Describe(pod)}");
        }

        var message = $"back-off {GoDuration.Format(backOff.Delay(key))} restarting failed container={container.Name} "
            + $"pod={PodKeys.Describe(pod)}";
        return new StartOutcome(null, new WaitingReason("CrashLoopBackOff", message), left);
    }

    private static string? TargetId(V1Pod pod, V1Container container, PodRuntimeState state) =>
        EphemeralContainers.TargetOf(pod.Spec!, container.Name) is not { } target
            ? null
            : state.Latest(target) is { IsRunning: true } running
                ? running.Id
                : throw new ContainerConfigException($"unable to find target container {target}");

    private async Task<string> CreateAsync(
        PodRuntimeState state, SandboxConfig sandbox, ContainerConfig config, PodRuntimeView view, CancellationToken ct)
    {
        var sandboxId = state.ReadySandbox!.Id;
        try
        {
            var id = await services.Runtime.CreateContainerAsync(sandboxId, config, sandbox, ct);
            view.AddContainer(id, sandboxId);
            return id;
        }
        catch (OperationCanceledException)
        {
            view.MarkUncertain();
            throw;
        }
        catch (RuntimeException e)
        {
            view.MarkUncertain();
            throw new ContainerConfigException(e.Message, ContainerConfigException.CreateContainerError, e);
        }
    }

    private async Task RunAsync(string id, CancellationToken ct)
    {
        try
        {
            await services.Runtime.StartContainerAsync(id, ct);
        }
        catch (RuntimeException e)
        {
            throw new ContainerConfigException(e.Message, ContainerConfigException.RunContainerError, e);
        }
    }

    private async Task<StartOutcome> PostStartAsync(
        V1Pod pod, V1Container container, string id, PodRuntimeState state, PodAddresses addresses, CancellationToken ct)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
        {
            return new StartOutcome(id, null, TimeSpan.Zero);
        }

        var podIP = addresses.PodIPs.Count > 0 ? addresses.PodIPs[0] : "";
        if (await services.Hooks.RunAsync(hook, pod, container, id, podIP, ct) is not { } failure)
        {
            return new StartOutcome(id, null, TimeSpan.Zero);
        }

        services.Events.Warning(pod, container, "FailedPostStartHook", "PostStartHook failed");
        if (await services.Runtime.ContainerStatusAsync(id, ct) is { State: ContainerState.Running } status)
        {
            var grace = TimeSpan.FromSeconds(pod.Spec!.TerminationGracePeriodSeconds ?? 30);
            await terminator.KillAsync(
                pod, state, new PodContainer(state.ReadySandbox!.Id, status), "FailedPostStartHook", grace, ct);
        }

        return new StartOutcome(id, new WaitingReason("PostStartHookError", failure), TimeSpan.Zero);
    }

    private static int RestartCount(V1Pod pod, V1Container container, PodContainer? latest)
    {
        if (latest is not null)
        {
            return latest.Status.Annotations.TryGetValue(PodKeys.RestartCount, out var text)
                && int.TryParse(text, CultureInfo.InvariantCulture, out var count)
                ? count + 1
                : (int)latest.Status.Metadata.Attempt + 1;
        }

        // The runtime lost what ran before (it was wiped): the count in status must not go back.
        var known = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? [])
            .FirstOrDefault(s => s.Name == container.Name);
        return known?.ContainerID is null ? known?.RestartCount ?? 0 : known.RestartCount + 1;
    }
}
