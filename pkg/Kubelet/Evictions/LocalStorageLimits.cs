using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Evictions;

/// <summary>
/// The limits of local storage: of each emptyDir, of each container, of the pod as a whole.
/// Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage
/// </summary>
internal static class LocalStorageLimits
{
    private const string Resource = PressureSignal.EphemeralStorage;

    /// <summary>Why the pod must go; null when it keeps to its limits.</summary>
    public static string? Breach(PodUsage usage)
    {
        foreach (var volume in usage.Pod.Spec!.Volumes ?? [])
        {
            if (volume.EmptyDir?.SizeLimit is { Value: > 0 } limit
                && usage.EmptyDirBytes.GetValueOrDefault(volume.Name) > limit.Value)
            {
                return EvictionMessages.EmptyDirFull(volume.Name, limit.ToString());
            }
        }

        if (PodResources.AllLimited(usage.Pod, Resource)
            && PodResources.Limits(usage.Pod).GetValueOrDefault(Resource) is > 0 and var whole
            && usage.DiskBytes > whole)
        {
            return EvictionMessages.PodFull(whole);
        }

        foreach (var container in usage.Containers)
        {
            if (container.Container.Resources?.Limits is { } limits && limits.TryGetValue(Resource, out var limit)
                && limit.Value > 0 && container.DiskBytes > limit.Value)
            {
                return EvictionMessages.ContainerFull(container.Container.Name, limit.ToString());
            }
        }

        return null;
    }
}
