using Kube1.Kubelet.Containers;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>Removes the last traces of a pod that is gone from the API: containers, sandboxes, logs.</summary>
internal static class PodRemains
{
    public static async Task RemoveAsync(
        PodServices services, PodIdentity pod, PodRuntimeState state, CancellationToken ct)
    {
        foreach (var container in state.Containers)
        {
            await services.Runtime.RemoveContainerAsync(container.Id, ct);
        }

        foreach (var sandbox in state.Sandboxes)
        {
            await services.Runtime.StopSandboxAsync(sandbox.Id, ct);
            await services.Runtime.RemoveSandboxAsync(sandbox.Id, ct);
        }

        var logs = PodKeys.LogDirectory(services.Options.PodLogsDirectory, pod.Namespace, pod.Name, pod.Uid);
        if (pod.Name.Length > 0 && Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }
    }
}
