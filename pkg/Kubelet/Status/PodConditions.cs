using Kube1.Api.Models;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Status;

/// <summary>
/// The conditions Initialized, ContainersReady and Ready with upstream's reasons and messages.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions
/// </summary>
internal static class PodConditions
{
    public static V1PodCondition Initialized(V1PodSpec spec, V1PodStatus status)
    {
        if (status.Phase == PodPhases.Succeeded)
        {
            return new V1PodCondition { Type = "Initialized", Status = "True", Reason = "PodCompleted" };
        }

        if (spec.InitContainers is not { Count: > 0 } containers)
        {
            return new V1PodCondition { Type = "Initialized", Status = "True" };
        }

        // Once a regular container ran, initialisation is over, whatever became of the init containers since.
        var begun = (status.ContainerStatuses ?? []).Any(s => s.State?.Running is not null || s.State?.Terminated is not null
            || s.LastState?.Terminated is not null);
        var statuses = status.InitContainerStatuses ?? [];
        var incomplete = containers
            .Where(c => statuses.Find(s => s.Name == c.Name) is not { } s
                || !(PodResources.IsSidecar(c) ? s.Started == true : s.Ready))
            .Select(c => c.Name)
            .ToList();
        return begun || incomplete.Count == 0
            ? new V1PodCondition { Type = "Initialized", Status = "True" }
            : new V1PodCondition
            {
                Type = "Initialized",
                Status = "False",
                Reason = "ContainersNotInitialized",
                Message = $"containers with incomplete status: [{string.Join(' ', incomplete)}]",
            };
    }

    public static V1PodCondition ContainersReady(V1PodSpec spec, V1PodStatus status) =>
        Readiness(spec, status, "ContainersReady");

    public static V1PodCondition Ready(V1Pod pod, V1PodCondition containersReady)
    {
        if (containersReady.Status != "True")
        {
            return new V1PodCondition
            {
                Type = "Ready",
                Status = containersReady.Status,
                Reason = containersReady.Reason,
                Message = containersReady.Message,
            };
        }

        var messages = new List<string>();
        foreach (var gate in pod.Spec!.ReadinessGates ?? [])
        {
            var condition = pod.Status?.Conditions?.Find(c => c.Type == gate.ConditionType);
            if (condition is null)
            {
                messages.Add($"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.");
            }
            else if (condition.Status != "True")
            {
                messages.Add($"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {condition.Status}");
            }
        }

        return messages.Count == 0
            ? new V1PodCondition { Type = "Ready", Status = "True" }
            : new V1PodCondition
            {
                Type = "Ready",
                Status = "False",
                Reason = "ReadinessGatesNotReady",
                Message = string.Join(", ", messages),
            };
    }

    private static V1PodCondition Readiness(V1PodSpec spec, V1PodStatus status, string type)
    {
        if (PodPhases.IsTerminal(status.Phase))
        {
            return new V1PodCondition
            {
                Type = type,
                Status = "False",
                Reason = status.Phase == PodPhases.Succeeded ? "PodCompleted" : "PodFailed",
            };
        }

        var unknown = new List<string>();
        var unready = new List<string>();
        var sidecars = (spec.InitContainers ?? []).Where(PodResources.IsSidecar);
        foreach (var container in sidecars.Concat(spec.Containers))
        {
            var own = (status.ContainerStatuses ?? []).Concat(status.InitContainerStatuses ?? [])
                .FirstOrDefault(s => s.Name == container.Name);
            if (own is null)
            {
                unknown.Add(container.Name);
            }
            else if (!own.Ready)
            {
                unready.Add(container.Name);
            }
        }

        var messages = new List<string>();
        if (unknown.Count > 0)
        {
            messages.Add($"containers with unknown status: [{string.Join(' ', unknown)}]");
        }

        if (unready.Count > 0)
        {
            messages.Add($"containers with unready status: [{string.Join(' ', unready)}]");
        }

        return messages.Count == 0
            ? new V1PodCondition { Type = type, Status = "True" }
            : new V1PodCondition
            {
                Type = type,
                Status = "False",
                Reason = "ContainersNotReady",
                Message = string.Join(", ", messages),
            };
    }
}
