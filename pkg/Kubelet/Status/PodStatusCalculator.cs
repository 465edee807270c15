using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Status;

/// <summary>The whole pod status from one picture of the pod. Conditions of others (readiness gates) are not touched.</summary>
internal static class PodStatusCalculator
{
    /// <summary>The conditions that the kubelet owns, in upstream's order.</summary>
    public static readonly IReadOnlyList<string> OwnedConditions =
        ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

    public static V1PodStatus Calculate(PodStatusInputs inputs)
    {
        var pod = inputs.Pod;
        var spec = pod.Spec!;
        var waitsForInit = spec.InitContainers is { Count: > 0 };
        var init = ContainerStatusCalculator.Calculate(inputs, spec.InitContainers ?? [], ContainerKind.Init, waitsForInit);
        var regular = ContainerStatusCalculator.Calculate(inputs, spec.Containers, ContainerKind.Regular, waitsForInit);
        var ephemeral = ContainerStatusCalculator.Calculate(
            inputs, EphemeralContainers.Of(spec), ContainerKind.Ephemeral, waitsForInit: false);
        if (inputs.Ended)
        {
            LostContainers.Report(spec, init, regular);
        }

        var previousPhase = inputs.Previous?.Phase;
        var allEnded = init.Concat(regular).Concat(ephemeral).All(s => s.State?.Running is null);
        var phase = inputs.Failure is not null
            ? PodPhases.Failed
            : PodPhases.IsTerminal(previousPhase)
                ? previousPhase!
                : PodPhases.Of(spec, init, regular, inputs.Terminating && allEnded);
        if (inputs.Ended && !PodPhases.IsTerminal(phase))
        {
            phase = PodPhases.Failed;
        }

        var podIPs = inputs.State.PodIPs(pod, inputs.HostIPs);
        if (podIPs.Count == 0 && (inputs.Terminating || PodPhases.IsTerminal(phase)))
        {
            podIPs = [.. (inputs.Previous?.PodIPs ?? []).Select(p => p.Ip)];
        }

        var status = new V1PodStatus
        {
            Phase = phase,
            Reason = inputs.Failure?.Reason ?? inputs.Previous?.Reason,
            Message = inputs.Failure?.Message ?? inputs.Previous?.Message,
            StartTime = inputs.StartTime,
            QosClass = QosClass.Of(pod),
            ObservedGeneration = pod.Metadata.Generation,
            InitContainerStatuses = init.Count > 0 ? init : null,
            ContainerStatuses = regular,
            EphemeralContainerStatuses = ephemeral.Count > 0 ? ephemeral : null,
            HostIP = inputs.HostIPs.Count > 0 ? inputs.HostIPs[0] : null,
            HostIPs = inputs.HostIPs.Count > 0 ? [.. inputs.HostIPs.Select(ip => new V1HostIP { Ip = ip })] : null,
            PodIP = podIPs.Count > 0 ? podIPs[0] : null,
            PodIPs = podIPs.Count > 0 ? [.. podIPs.Select(ip => new V1PodIP { Ip = ip })] : null,
        };
        status.Conditions = Conditions(inputs, status);
        return status;
    }

    private static List<V1PodCondition> Conditions(PodStatusInputs inputs, V1PodStatus status)
    {
        var hasSandbox = inputs.State.ReadySandbox is { } sandbox
            && (inputs.Pod.Spec!.HostNetwork == true || sandbox.IPs.Count > 0);
        var containersReady = PodConditions.ContainersReady(inputs.Pod.Spec!, status);
        List<V1PodCondition> all =
        [
            new() { Type = "PodReadyToStartContainers", Status = hasSandbox ? "True" : "False" },
            PodConditions.Initialized(inputs.Pod.Spec!, status),
            PodConditions.Ready(inputs.Pod, containersReady),
            containersReady,
            new() { Type = "PodScheduled", Status = "True" },
        ];
        if (inputs.Failure is { IsDisruption: true } disruption)
        {
            all.Add(new()
            {
                Type = "DisruptionTarget",
                Status = "True",
                Reason = "TerminationByKubelet",
                Message = disruption.Message,
            });
        }

        foreach (var condition in all)
        {
            var old = inputs.Previous?.Conditions?.Find(c => c.Type == condition.Type);
            condition.LastTransitionTime = old is not null && old.Status == condition.Status
                ? old.LastTransitionTime
                : inputs.Now;
            condition.ObservedGeneration = inputs.Pod.Metadata.Generation;
        }

        return all;
    }
}
