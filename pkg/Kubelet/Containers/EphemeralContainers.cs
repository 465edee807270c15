using System.Runtime.CompilerServices;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// A pod's ephemeral containers seen as containers, so that all that makes and reports containers serves them too. They
/// have no ports, probes, hooks or limits, start once, and never again.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
/// </summary>
internal static class EphemeralContainers
{
    /// <summary>By the spec they come from: a container is told by reference.</summary>
    private static readonly ConditionalWeakTable<V1PodSpec, List<V1Container>> Known = [];

    public static IReadOnlyList<V1Container> Of(V1PodSpec spec) => spec.EphemeralContainers is { Count: > 0 } list
        ? Known.GetValue(spec, _ => [.. list.Select(Convert)])
        : [];

    /// <summary>The container whose processes the ephemeral one sees; null when it sees only its own.</summary>
    public static string? TargetOf(V1PodSpec spec, string name) =>
        spec.EphemeralContainers?.Find(c => c.Name == name)?.TargetContainerName is { Length: > 0 } target ? target : null;

    private static V1Container Convert(V1EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Env = container.Env,
        EnvFrom = container.EnvFrom,
        VolumeMounts = container.VolumeMounts,
        VolumeDevices = container.VolumeDevices,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        ImagePullPolicy = container.ImagePullPolicy,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        Tty = container.Tty,
        RestartPolicy = "Never",
    };
}
