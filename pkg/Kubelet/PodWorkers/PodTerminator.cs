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
    /// <summary>What a container gets at least, also after a hook or the wait for its turn used up the grace period.</summary>
    private static readonly TimeSpan MinGrace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Stops all running containers of the pod; a pod without object (an orphan) has no hooks. All hooks run at once; then
    /// each sidecar waits for its turn, as long as the grace period lasts.
    /// </summary>
    public async Task KillAllAsync(V1Pod? pod, PodRuntimeState state, TimeSpan grace, CancellationToken ct)
    {
        var sidecars = (pod?.Spec?.InitContainers ?? []).Where(PodResources.IsSidecar).Select(c => c.Name).ToList();
        var running = state.Running.ToList();
        var stopped = Task.WhenAll(running
            .Where(c => !sidecars.Contains(c.Name))
            .Select(c => KillAsync(pod, state, c, null, grace, Task.CompletedTask, ct)));
        for (var i = sidecars.Count - 1; i >= 0; i--)
        {
            var before = stopped;
            stopped = Task.WhenAll(running
                .Where(c => c.Name == sidecars[i])
                .Select(c => KillAsync(pod, state, c, null, grace, before, ct))
                .Append(before));
        }

        await stopped;
    }

    /// <summary>Stops one container.</summary>
    public Task KillAsync(
        V1Pod? pod, PodRuntimeState state, PodContainer target, string? message, TimeSpan grace, CancellationToken ct) =>
        KillAsync(pod, state, target, message, grace, Task.CompletedTask, ct);

    private async Task KillAsync(
        V1Pod? pod, PodRuntimeState state, PodContainer target, string? message, TimeSpan grace, Task turn,
        CancellationToken ct)
    {
        var container = pod is null ? null : Find(pod.Spec!, target.Name);
        if (pod is not null && container is not null)
        {
            services.Events.Normal(pod, container, "Killing", message ?? $"Stopping container {target.Name}");
        }

        var began = services.Time.GetTimestamp();
        if (pod is not null && container?.Lifecycle?.PreStop is not null && grace > TimeSpan.Zero)
        {
            await PreStopAsync(pod, state, container, target, grace, ct);
        }

        var left = grace - services.Time.GetElapsedTime(began);
        if (left > TimeSpan.Zero && !turn.IsCompletedSuccessfully)
        {
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var first = await Task.WhenAny(turn, Task.Delay(left, services.Time, waited.Token));
            await waited.CancelAsync();
            ct.ThrowIfCancellationRequested();
            if (first == turn)
            {
                // Where one before it failed, the next attempt begins with that again.
                await turn;
            }

            left = grace - services.Time.GetElapsedTime(began);
        }

        await services.Runtime.StopContainerAsync(target.Id, left > MinGrace ? left : MinGrace, ct);
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
        bool failed;
        try
        {
            failed = await services.Hooks.RunAsync(
                container.Lifecycle!.PreStop!, pod, container, target.Id, podIP, linked.Token) is not null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // It took the whole grace period, and nobody waits for it any longer: no failure of which upstream tells.
            failed = false;
        }

        if (failed)
        {
            services.Events.Warning(pod, container, "FailedPreStopHook", "PreStopHook failed");
        }
    }
}
