using System.Text;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Status;

/// <summary>Why a container that is not there yet waits.</summary>
internal sealed record WaitingReason(string Reason, string Message);

/// <summary>What the calculation of status needs besides the pod: a picture, nothing that changes.</summary>
internal sealed record PodStatusInputs
{
    public required V1Pod Pod { get; init; }

    public required PodRuntimeState State { get; init; }

    public required IReadOnlyList<string> HostIPs { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Why starting a container failed last, by container name.</summary>
    public IReadOnlyDictionary<string, WaitingReason> Waiting { get; init; } = new Dictionary<string, WaitingReason>();

    /// <summary>Verdict of the readiness probe by container id; null when it has none yet.</summary>
    public Func<string, bool?> ReadyOf { get; init; } = _ => null;

    /// <summary>Verdict of the startup probe by container id.</summary>
    public Func<string, bool?> StartedOf { get; init; } = _ => null;

    /// <summary>Phase, reason and message set from outside: a refused or evicted pod.</summary>
    public PodFailure? Failure { get; init; }

    /// <summary>Whether the pod is being stopped.</summary>
    public bool Terminating { get; init; }

    /// <summary>Whether it is stopped: nothing of it will run any more.</summary>
    public bool Ended { get; init; }

    /// <summary>Reads a termination message of a container that ended.</summary>
    public Func<PodContainer, string?> TerminationMessage { get; init; } = _ => null;

    /// <summary>The runtime's name, the scheme of container ids.</summary>
    public string RuntimeName { get; init; } = "containerd";

    /// <summary>Status as last sent or read.</summary>
    public V1PodStatus? Previous { get; init; }
}

/// <summary>A pod that the kubelet itself ended: "Evicted", "DeadlineExceeded", "OutOfcpu", ….</summary>
internal sealed record PodFailure(string Reason, string Message)
{
    /// <summary>Whether the node took its resources back from a pod that had done no wrong (KEP-3329).</summary>
    public bool IsDisruption { get; init; }
}

/// <summary>Which list of the pod a container is in.</summary>
internal enum ContainerKind
{
    Regular,
    Init,
    Ephemeral,
}

/// <summary>
/// Status of each container as upstream's kubelet reports it.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
/// </summary>
internal static class ContainerStatusCalculator
{
    public static List<V1ContainerStatus> Calculate(
        PodStatusInputs inputs, IReadOnlyList<V1Container> containers, ContainerKind kind, bool waitsForInit)
    {
        var previous = kind switch
        {
            ContainerKind.Init => inputs.Previous?.InitContainerStatuses,
            ContainerKind.Ephemeral => inputs.Previous?.EphemeralContainerStatuses,
            _ => inputs.Previous?.ContainerStatuses,
        } ?? [];
        var result = new List<V1ContainerStatus>(containers.Count);
        foreach (var container in containers)
        {
            var old = previous.Find(s => s.Name == container.Name);
            var status = Of(inputs, container, old, waitsForInit);
            SetReadiness(inputs, container, status, kind);
            result.Add(status);
        }

        return result;
    }

    private static V1ContainerStatus Of(
        PodStatusInputs inputs, V1Container container, V1ContainerStatus? old, bool waitsForInit)
    {
        var instances = inputs.State.Instances(container.Name).Take(2).ToList();
        var latest = instances.Count > 0 ? instances[0] : null;
        if (latest is null)
        {
            return Absent(inputs, container, old, waitsForInit);
        }

        var status = new V1ContainerStatus
        {
            Name = container.Name,
            Image = latest.Status.Image,
            ImageID = latest.Status.ImageRef,
            ContainerID = Id(inputs, latest),
            RestartCount = RestartCount(latest),
            AllocatedResources = container.Resources?.Requests is { Count: > 0 } requests ? requests : null,
            Resources = Resources(container),
            VolumeMounts = MountStatuses(container),
            State = State(inputs, latest),
        };
        if (latest.Status.User is { } user)
        {
            status.User = new V1ContainerUser
            {
                Linux = new V1LinuxContainerUser
                {
                    Uid = user.Uid,
                    Gid = user.Gid,
                    SupplementalGroups = user.SupplementalGroups.Count > 0 ? [.. user.SupplementalGroups] : null,
                },
            };
        }

        status.LastState = instances.Count > 1 && instances[1].HasExited
            ? Terminated(inputs, instances[1])
            : old is not null && old.RestartCount == status.RestartCount ? old.LastState : OldEnd(old, status);
        ApplyWaiting(inputs, container, latest, status);
        return status;
    }

    /// <summary>The runtime no longer knows the instance before: what was reported of it is all there is.</summary>
    private static V1ContainerState? OldEnd(V1ContainerStatus? old, V1ContainerStatus status) =>
        old?.State?.Terminated is { } ended && ended.ContainerID != status.ContainerID
            ? new V1ContainerState { Terminated = ended }
            : old?.LastState;

    private static V1ContainerStatus Absent(
        PodStatusInputs inputs, V1Container container, V1ContainerStatus? old, bool waitsForInit)
    {
        var status = new V1ContainerStatus
        {
            Name = container.Name,
            Image = container.Image ?? "",
            ImageID = "",
            RestartCount = old?.RestartCount ?? 0,
            LastState = old?.LastState,
            VolumeMounts = MountStatuses(container),
        };
        if (old?.State?.Terminated is not null && (inputs.Terminating || inputs.Failure is not null))
        {
            // Ended, and already removed from the runtime.
            status.State = old.State;
            status.ContainerID = old.ContainerID;
            status.Image = old.Image;
            status.ImageID = old.ImageID;
        }
        else if (old?.State?.Running is { } running)
        {
            // Reported as running, but the runtime lost it: how it ended is not known.
            var lost = new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    ExitCode = 137,
                    Reason = "ContainerStatusUnknown",
                    Message = "The container could not be located when the pod was terminated",
                    StartedAt = running.StartedAt,
                    ContainerID = old.ContainerID,
                },
            };
            if (inputs.Terminating)
            {
                status.State = lost;
                return status;
            }

            lost.Terminated.Message =
                "The container could not be located when the pod was deleted.  The container used to be Running";
            status.LastState = lost;
            status.RestartCount++;
        }

        status.State ??= new V1ContainerState { Waiting = Waiting(inputs, container, waitsForInit) };
        return status;
    }

    private static V1ContainerStateWaiting Waiting(PodStatusInputs inputs, V1Container container, bool waitsForInit) =>
        inputs.Waiting.GetValueOrDefault(container.Name) is { } why
            ? new V1ContainerStateWaiting { Reason = why.Reason, Message = why.Message.Length > 0 ? why.Message : null }
            : new V1ContainerStateWaiting { Reason = waitsForInit ? "PodInitializing" : "ContainerCreating" };

    /// <summary>An ended container that is to run again but cannot yet shows why, and its end as last state.</summary>
    private static void ApplyWaiting(
        PodStatusInputs inputs, V1Container container, PodContainer latest, V1ContainerStatus status)
    {
        if (inputs.Terminating || inputs.Failure is not null || !latest.HasExited
            || !inputs.Waiting.TryGetValue(container.Name, out var why)
            || !PodPlanner.ShouldStart(container, inputs.Pod.Spec!.RestartPolicy, latest))
        {
            return;
        }

        status.LastState = status.State;
        status.State = new V1ContainerState
        {
            Waiting = new V1ContainerStateWaiting
            {
                Reason = why.Reason,
                Message = why.Message.Length > 0 ? why.Message : null,
            },
        };
    }

    private static V1ContainerState State(PodStatusInputs inputs, PodContainer container) => container.Status.State switch
    {
        ContainerState.Running => new V1ContainerState
        {
            Running = new V1ContainerStateRunning { StartedAt = container.Status.StartedAt },
        },
        ContainerState.Exited => Terminated(inputs, container),
        ContainerState.Created => new V1ContainerState
        {
            Waiting = new V1ContainerStateWaiting
            {
                Reason = inputs.Waiting.GetValueOrDefault(container.Name)?.Reason ?? "ContainerCreating",
                Message = inputs.Waiting.GetValueOrDefault(container.Name)?.Message,
            },
        },
        _ => new V1ContainerState { Waiting = new V1ContainerStateWaiting() },
    };

    private static V1ContainerState Terminated(PodStatusInputs inputs, PodContainer container) => new()
    {
        Terminated = new V1ContainerStateTerminated
        {
            ExitCode = container.Status.ExitCode,
            Reason = container.Status.Reason.Length > 0
                ? container.Status.Reason
                : container.Status.ExitCode == 0 ? "Completed" : "Error",
            Message = inputs.TerminationMessage(container)
                ?? (container.Status.Message.Length > 0 ? container.Status.Message : null),
            StartedAt = container.Status.StartedAt,
            FinishedAt = container.Status.FinishedAt,
            ContainerID = Id(inputs, container),
        },
    };

    private static void SetReadiness(
        PodStatusInputs inputs, V1Container container, V1ContainerStatus status, ContainerKind kind)
    {
        if (kind == ContainerKind.Ephemeral)
        {
            return;
        }

        var latest = inputs.State.Latest(container.Name);
        var running = status.State?.Running is not null;
        status.Started = running && (container.StartupProbe is null || inputs.StartedOf(latest!.Id) == true);
        if (kind == ContainerKind.Init && !PodResources.IsSidecar(container))
        {
            status.Ready = status.State?.Terminated is { ExitCode: 0 };
            return;
        }

        status.Ready = running && status.Started == true
            && (container.ReadinessProbe is null || inputs.ReadyOf(latest!.Id) == true);
    }

    private static int RestartCount(PodContainer container) =>
        container.Status.Annotations.TryGetValue(PodKeys.RestartCount, out var text) && int.TryParse(text, out var count)
            ? count
            : (int)container.Status.Metadata.Attempt;

    private static string Id(PodStatusInputs inputs, PodContainer container) => $"{inputs.RuntimeName}://{container.Id}";

    private static V1ResourceRequirements? Resources(V1Container container) =>
        container.Resources is { } r && (r.Limits is { Count: > 0 } || r.Requests is { Count: > 0 })
            ? new V1ResourceRequirements { Limits = r.Limits, Requests = r.Requests }
            : new V1ResourceRequirements();

    private static List<V1VolumeMountStatus>? MountStatuses(V1Container container) =>
        container.VolumeMounts is not { Count: > 0 } mounts
            ? null
            : [.. mounts.Select(m => new V1VolumeMountStatus
            {
                Name = m.Name,
                MountPath = m.MountPath,
                ReadOnly = m.ReadOnly == true ? true : null,
                RecursiveReadOnly = m.ReadOnly == true ? m.RecursiveReadOnly ?? "Disabled" : null,
            })];

    /// <summary>The last bytes of a termination message, without a broken character in front.</summary>
    public static string Tail(ReadOnlySpan<byte> text, int maxBytes)
    {
        if (text.Length > maxBytes)
        {
            text = text[^maxBytes..];
            while (text.Length > 0 && (text[0] & 0xC0) == 0x80)
            {
                text = text[1..];
            }
        }

        return Encoding.UTF8.GetString(text);
    }
}
