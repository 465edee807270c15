using Kube1.Api.Models;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Status;

/// <summary>
/// The last word on containers of a pod that is stopped for good: one without an end of its own is reported as lost, so
/// that whoever waits for the pod's end (a Job's controller behind a finalizer, KEP-3329) sees it. Containers whose turn
/// never came go on waiting.
/// </summary>
internal static class LostContainers
{
    private const int ExitCode = 137;

    public static void Report(V1PodSpec spec, List<V1ContainerStatus> init, List<V1ContainerStatus> regular)
    {
        // The first one counts as begun even if it never came to run.
        var begun = Math.Max(init.FindLastIndex(s => s.State?.Waiting is null) + 1, Math.Min(1, init.Count));
        init.Take(begun).ToList().ForEach(Report);
        if (IsInitialized(spec, init, regular))
        {
            regular.ForEach(Report);
        }
    }

    private static void Report(V1ContainerStatus status)
    {
        if (status.State?.Terminated is null)
        {
            status.State = new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    ExitCode = ExitCode,
                    Reason = "ContainerStatusUnknown",
                    Message = "The container could not be located when the pod was terminated",
                },
            };
        }
    }

    private static bool IsInitialized(V1PodSpec spec, List<V1ContainerStatus> init, List<V1ContainerStatus> regular)
    {
        if (init.Count == 0 || regular.Exists(s => s.State?.Waiting is null || s.LastState?.Terminated is not null))
        {
            return true;
        }

        return PodResources.IsSidecar(spec.InitContainers![^1])
            ? init[^1].Started == true
            : init[^1].State?.Terminated is { ExitCode: 0 };
    }
}
