using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// Stops containers: preStop hook, stop signal, grace, SIGKILL; sidecars after the regular containers, last one first.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
/// </summary>
internal sealed class PodTerminator(PodServices services)
{
    /// <summary>What a container gets at least after a preStop hook used up the grace period.</summary>
    private static readonly TimeSpan MinGrace = TimeSpan.FromSeconds(2);

    /// <summary>Stops all running containers of the pod; a pod without object (an orphan) has no hooks.</summary>
    public async Task KillAllAsync(V1Pod? pod, PodRuntimeState state, TimeSpan grace, CancellationToken ct)
    {
        var began = services.Time.GetTimestamp();
        var sidecars = (pod?.Spec?.InitContainers ?? []).Where(PodResources.IsSidecar).Select(c => c.Name).ToList();
        var running = state.Running.ToList();
        await Task.WhenAll(running
            .Where(c => !sidecars.Contains(c.Name))
            .Select(c => KillAsync(pod, state, c, null, grace, grace, ct)));
        for (var i = sidecars.Count - 1; i >= 0; i--)
        {
            var left = grace - services.Time.GetElapsedTime(began);
            foreach (var sidecar in running.Where(c => c.Name == sidecars[i]))
            {
                var remaining = grace == TimeSpan.Zero ? grace : left > MinGrace ? left : MinGrace;
                await KillAsync(pod, state, sidecar, null, remaining, remaining, ct);
            }
        }
    }

    /// <summary>
    /// Stops one container. <paramref name="exact"/> is a grace period that holds as it is (a deletion's); null takes
    /// <paramref name="grace"/> with the usual minimum.
    /// </summary>
    public async Task KillAsync(
        V1Pod? pod, PodRuntimeState state, PodContainer target, string? message, TimeSpan grace, TimeSpan? exact,
        CancellationToken ct)
    {
        var container = pod is null ? null : Find(pod.Spec!, target.Name);
        if (pod is not null && container is not null)
        {
            services.Events.Normal(pod, container, "Killing", message ?? $"Stopping container {target.Name}");
        }

        if (pod is not null && container?.Lifecycle?.PreStop is not null && grace > TimeSpan.Zero)
        {
            var began = services.Time.GetTimestamp();
            await PreStopAsync(pod, state, container, target, grace, ct);
            grace -= services.Time.GetElapsedTime(began);
            if (grace < MinGrace)
            {
                grace = MinGrace;
            }
        }
        else if (exact is null && grace < MinGrace)
        {
            grace = MinGrace;
        }

        await services.Runtime.StopContainerAsync(target.Id, grace, ct);
    }

    public static V1Container? Find(V1PodSpec spec, string name) =>
        spec.Containers.Find(c => c.Name == name) ?? spec.InitContainers?.Find(c => c.Name == name)
        ?? EphemeralContainers.Of(spec).FirstOrDefault(c => c.Name == name);

    private async Task PreStopAsync(
        V1Pod pod, PodRuntimeState state, V1Container container, PodContainer target, TimeSpan grace,
        CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(grace, services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);

        // The sandbox knows the address now; status may be older than it.
        var podIP = state.PodIPs(pod, services.Options.NodeIPs) is { Count: > 0 } ips ? ips[0] : pod.Status?.PodIP ?? "";
        string? failure;
        try
        {
            failure = await services.Hooks.RunAsync(
                container.Lifecycle!.PreStop!, container, target.Id, podIP, linked.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            failure = "the hook did not end within the grace period";
        }

        if (failure is not null)
        {
            services.Events.Warning(pod, container, "FailedPreStopHook", $"PreStopHook failed: {failure}");
        }
    }
}
