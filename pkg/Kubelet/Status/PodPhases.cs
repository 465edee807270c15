using Kube1.Api.Models;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Status;

/// <summary>
/// A pod's phase from its containers' states.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
/// </summary>
internal static class PodPhases
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed;

    public static string Of(V1PodSpec spec, List<V1ContainerStatus> init, List<V1ContainerStatus> regular, bool terminal)
    {
        var (pendingInit, failedInit) = CountInit(spec, init, regular);
        var running = 0;
        var waiting = 0;
        var stopped = 0;
        var succeeded = 0;
        var unknown = 0;
        foreach (var status in regular)
        {
            switch (status)
            {
                case { State.Running: not null }:
                    running++;
                    break;
                case { State.Terminated: { } ended }:
                    stopped++;
                    succeeded += ended.ExitCode == 0 ? 1 : 0;
                    break;
                case { State.Waiting: not null } when status.LastState?.Terminated is not null:
                    stopped++;
                    break;
                case { State.Waiting: not null }:
                    waiting++;
                    break;
                default:
                    unknown++;
                    break;
            }
        }

        if (failedInit > 0 && spec.RestartPolicy == "Never")
        {
            return Failed;
        }

        if (pendingInit > 0 || waiting > 0)
        {
            return terminal && waiting == 0 && pendingInit == 0 ? Failed : Pending;
        }

        if (running > 0 && unknown == 0)
        {
            return Running;
        }

        if (stopped > 0 && running == 0 && unknown == 0)
        {
            // A pod that is stopped for good is judged by how its containers ended, whatever may restart.
            if (terminal || !MayRestart(spec, regular))
            {
                return stopped == succeeded ? Succeeded : Failed;
            }

            return Running;
        }

        return Pending;
    }

    private static bool MayRestart(V1PodSpec spec, List<V1ContainerStatus> regular) => regular.Any(status =>
    {
        var container = spec.Containers.Find(c => c.Name == status.Name);
        return status.State?.Terminated is not { } ended
            || container is null
            || PodWorkers.PodPlanner.RestartsAfter(container, spec.RestartPolicy, ended.ExitCode);
    });

    private static (int Pending, int Failed) CountInit(
        V1PodSpec spec, List<V1ContainerStatus> init, List<V1ContainerStatus> regular)
    {
        var pending = 0;
        var failed = 0;
        var begun = regular.Any(s => s.State?.Running is not null || s.State?.Terminated is not null
            || s.LastState?.Terminated is not null);
        foreach (var container in spec.InitContainers ?? [])
        {
            var status = init.Find(s => s.Name == container.Name);
            if (PodResources.IsSidecar(container))
            {
                pending += !begun && status?.Started != true ? 1 : 0;
            }
            else if (status?.State?.Terminated is { } ended)
            {
                failed += ended.ExitCode != 0 ? 1 : 0;
            }
            else if (status?.State?.Waiting is not null && status.LastState?.Terminated is { ExitCode: not 0 })
            {
                failed++;
            }
            else if (!begun)
            {
                pending++;
            }
        }

        return (pending + (spec.RestartPolicy == "Never" ? 0 : failed), failed);
    }
}
