using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>A running container that must go, and why; its successor is started by a later plan.</summary>
internal sealed record ContainerKill(PodContainer Container, string Message, string Cause);

/// <summary>What to do next for a pod, in this order.</summary>
internal sealed record PodPlan
{
    /// <summary>The pod is over or its sandbox is broken: stop everything.</summary>
    public bool KillPod { get; init; }

    public bool CreateSandbox { get; init; }

    public uint SandboxAttempt { get; init; }

    public IReadOnlyList<ContainerKill> Kills { get; init; } = [];

    /// <summary>Init containers (sidecars included) to start now, in order.</summary>
    public IReadOnlyList<V1Container> InitStarts { get; init; } = [];

    /// <summary>Ephemeral containers to start now; nothing waits for them, and they wait for nothing but the sandbox.</summary>
    public IReadOnlyList<V1Container> EphemeralStarts { get; init; } = [];

    /// <summary>Regular containers to start now.</summary>
    public IReadOnlyList<V1Container> Starts { get; init; } = [];

}

/// <summary>Outcome of a container's probes that bears on its life; null where there is no verdict.</summary>
internal readonly record struct ContainerVerdict(bool? Live, bool? Started);

/// <summary>
/// Decides from the pod and the runtime's picture what to do. Pure: no clock, no I/O; back-off is the executor's.
/// Order of containers: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/ and …/sidecar-containers/.
/// </summary>
internal static class PodPlanner
{
    public static PodPlan Plan(V1Pod pod, PodRuntimeState state, Func<string, ContainerVerdict> verdictOf)
    {
        var spec = pod.Spec!;
        if (NeedsSandbox(spec, state))
        {
            return PlanSandbox(spec, state);
        }

        var ephemeral = EphemeralContainers.Of(spec).Where(c => state.Latest(c.Name) is null).ToList();
        var kills = new List<ContainerKill>();
        var initStarts = new List<V1Container>();
        var hasBegun = spec.Containers.Any(c => state.Current(c.Name) is not null);
        if (!PlanInit(spec, state, hasBegun, verdictOf, kills, initStarts, out var failed))
        {
            return failed
                ? new PodPlan { KillPod = true }
                : new PodPlan { Kills = kills, EphemeralStarts = ephemeral, InitStarts = initStarts };
        }

        var starts = new List<V1Container>();
        var kept = 0;
        foreach (var container in spec.Containers)
        {
            var current = state.Current(container.Name);
            if (current is { IsRunning: true })
            {
                if (CauseToKill(container, spec.RestartPolicy, current, verdictOf) is not { } kill)
                {
                    kept++;
                    continue;
                }

                kills.Add(kill);
                if (kill.Cause == KillCauses.Changed)
                {
                    // Whatever the policy says, for the container did not end by itself.
                    starts.Add(container);
                }
                else if (Restarts(container, spec.RestartPolicy))
                {
                    kept++;
                }
            }
            else if (ShouldStart(container, spec.RestartPolicy, current))
            {
                starts.Add(container);
            }
        }

        return kept == 0 && starts.Count == 0
            ? new PodPlan { KillPod = true }
            : new PodPlan
            {
                Kills = kills,
                EphemeralStarts = ephemeral,
                InitStarts = initStarts,
                Starts = starts,
            };
    }

    /// <summary>Whether an ended container (or none) is to be started under the restart policies.</summary>
    public static bool ShouldStart(V1Container container, string? podPolicy, PodContainer? latest)
    {
        if (latest is null || latest.Status.State is ContainerState.Created or ContainerState.Unknown)
        {
            return true;
        }

        return latest.HasExited && RestartsAfter(container, podPolicy, latest.Status.ExitCode);
    }

    /// <summary>The container's own policy and rules (KEP-5307) come before the pod's.</summary>
    public static bool RestartsAfter(V1Container container, string? podPolicy, int exitCode)
    {
        foreach (var rule in container.RestartPolicyRules ?? [])
        {
            var values = rule.ExitCodes?.Values ?? [];
            var matches = rule.ExitCodes?.Operator == "NotIn" ? !values.Contains(exitCode) : values.Contains(exitCode);
            if (matches && rule.Action == "Restart")
            {
                return true;
            }
        }

        return (container.RestartPolicy ?? podPolicy ?? "Always") switch
        {
            "Never" => false,
            "OnFailure" => exitCode != 0,
            _ => true,
        };
    }

    private static bool NeedsSandbox(V1PodSpec spec, PodRuntimeState state)
    {
        if (state.ReadySandbox is not { } sandbox)
        {
            return true;
        }

        var onHost = sandbox.Namespaces.Network == NamespaceMode.Node;
        return onHost != (spec.HostNetwork == true) || (!onHost && sandbox.IPs.Count == 0);
    }

    private static PodPlan PlanSandbox(V1PodSpec spec, PodRuntimeState state)
    {
        var attempt = state.LatestSandbox is { } latest ? latest.Metadata.Attempt + 1 : 0;
        if (attempt > 0 && IsOver(spec, state))
        {
            return new PodPlan { KillPod = true };
        }

        // What still runs in a broken sandbox goes first.
        return new PodPlan { KillPod = attempt > 0, CreateSandbox = true, SandboxAttempt = attempt };
    }

    /// <summary>Whether each container has ended for good: a lost sandbox must not run a finished pod again.</summary>
    private static bool IsOver(V1PodSpec spec, PodRuntimeState state)
    {
        if (spec.RestartPolicy == "Never" && state.Containers.Count > 0)
        {
            return true;
        }

        return spec.Containers.All(c =>
            state.Latest(c.Name) is { HasExited: true } latest && !ShouldStart(c, spec.RestartPolicy, latest));
    }

    /// <summary>True when regular containers may start.</summary>
    private static bool PlanInit(
        V1PodSpec spec, PodRuntimeState state, bool hasBegun, Func<string, ContainerVerdict> verdictOf,
        List<ContainerKill> kills, List<V1Container> starts, out bool failed)
    {
        failed = false;
        foreach (var container in spec.InitContainers ?? [])
        {
            var current = state.Current(container.Name);
            if (PodResources.IsSidecar(container))
            {
                if (current is { IsRunning: true })
                {
                    if (CauseToKill(container, spec.RestartPolicy, current, verdictOf) is { } kill)
                    {
                        kills.Add(kill);
                    }
                    else if (!hasBegun && container.StartupProbe is not null && verdictOf(current.Id).Started != true)
                    {
                        return false;
                    }

                    continue;
                }

                starts.Add(container);
                if (!hasBegun)
                {
                    return false;
                }
            }
            else if (!hasBegun && !PlanRunOnce(spec, container, current, starts, ref failed))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when this init container has done its work.</summary>
    private static bool PlanRunOnce(
        V1PodSpec spec, V1Container container, PodContainer? current, List<V1Container> starts, ref bool failed)
    {
        if (current is { IsRunning: true })
        {
            return false;
        }

        if (current is { HasExited: true })
        {
            if (current.Status.ExitCode == 0)
            {
                return true;
            }

            // An init container that failed runs again unless nothing of the pod may.
            var policy = spec.RestartPolicy == "Never" ? "Never" : "OnFailure";
            if (!RestartsAfter(container, policy, current.Status.ExitCode))
            {
                failed = true;
                return false;
            }
        }

        starts.Add(container);
        return false;
    }

    private static ContainerKill? CauseToKill(
        V1Container container, string? podPolicy, PodContainer current, Func<string, ContainerVerdict> verdictOf)
    {
        if (current.Status.Annotations.TryGetValue(PodKeys.ContainerHash, out var hash) && hash != ContainerHash.Of(container))
        {
            return new(current, $"Container {container.Name} definition changed, will be restarted", KillCauses.Changed);
        }

        var verdict = verdictOf(current.Id);
        var then = Restarts(container, podPolicy) ? ", will be restarted" : "";
        return verdict.Live == false
            ? new(current, $"Container {container.Name} failed liveness probe{then}", KillCauses.Liveness)
            : verdict.Started == false
                ? new(current, $"Container {container.Name} failed startup probe{then}", KillCauses.Startup)
                : null;
    }

    /// <summary>Whether a container that its probes end runs again.</summary>
    private static bool Restarts(V1Container container, string? podPolicy) =>
        (container.RestartPolicy ?? podPolicy) != "Never";
}

/// <summary>Why a container is stopped; probes may have a grace period of their own.</summary>
internal static class KillCauses
{
    public const string Changed = "Changed";
    public const string Liveness = "LivenessProbe";
    public const string Startup = "StartupProbe";
    public const string PodDeleted = "PodDeleted";
}
