using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What the checks look at of one container, of whichever kind.</summary>
internal sealed record ContainerFacts(string Name, V1SecurityContext? Security, List<V1ContainerPort>? Ports)
{
    /// <summary>The probes that are set.</summary>
    public required IReadOnlyList<V1Probe> Probes { get; init; }

    /// <summary>The hooks that are set.</summary>
    public required IReadOnlyList<V1LifecycleHandler> Hooks { get; init; }
}

/// <summary>A pod, or a template of pods, as the checks see it; its containers in upstream's order: init, main, ephemeral.</summary>
internal sealed class PodFacts
{
    private PodFacts(V1PodSpec spec, IReadOnlyDictionary<string, string>? annotations)
    {
        Spec = spec;
        Annotations = annotations;
        Containers =
        [
            .. (spec.InitContainers ?? []).Select(Of), .. spec.Containers.Select(Of),
            .. (spec.EphemeralContainers ?? []).Select(Of),
        ];
    }

    public V1PodSpec Spec { get; }

    public IReadOnlyDictionary<string, string>? Annotations { get; }

    public IReadOnlyList<ContainerFacts> Containers { get; }

    /// <summary>Validation holds Windows pods to what Windows knows, so that checks of Linux fields say nothing of them.</summary>
    public bool IsWindows => Spec.Os?.Name == "windows";

    /// <summary>Root in a user namespace of the pod's own is nobody on the node (KEP-127).</summary>
    public bool HasUserNamespace => Spec.HostUsers == false;

    public static PodFacts Of(V1ObjectMeta? metadata, V1PodSpec spec) => new(spec, metadata?.Annotations);

    /// <summary>The names of the containers that are so, in order.</summary>
    public List<string> Where(Func<ContainerFacts, bool> condition) =>
        [.. Containers.Where(condition).Select(c => c.Name)];

    private static ContainerFacts Of(V1Container container) =>
        new(container.Name, container.SecurityContext, container.Ports)
        {
            Probes = Set(container.LivenessProbe, container.ReadinessProbe, container.StartupProbe),
            Hooks = Set(container.Lifecycle?.PostStart, container.Lifecycle?.PreStop),
        };

    private static ContainerFacts Of(V1EphemeralContainer container) =>
        new(container.Name, container.SecurityContext, container.Ports)
        {
            Probes = Set(container.LivenessProbe, container.ReadinessProbe, container.StartupProbe),
            Hooks = Set(container.Lifecycle?.PostStart, container.Lifecycle?.PreStop),
        };

    private static IReadOnlyList<T> Set<T>(params ReadOnlySpan<T?> items)
        where T : class
    {
        List<T>? set = null;
        foreach (var item in items)
        {
            if (item is not null)
            {
                (set ??= []).Add(item);
            }
        }

        return set ?? (IReadOnlyList<T>)[];
    }
}
