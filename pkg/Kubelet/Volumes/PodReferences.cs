using Kube1.Api.Models;

namespace Kube1.Kubelet.Volumes;

/// <summary>Names of the ConfigMaps and Secrets that a pod refers to.</summary>
internal static class PodReferences
{
    public static (HashSet<string> ConfigMaps, HashSet<string> Secrets) Of(V1Pod pod)
    {
        var maps = new HashSet<string>(StringComparer.Ordinal);
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers))
        {
            foreach (var source in container.EnvFrom ?? [])
            {
                Add(maps, source.ConfigMapRef?.Name);
                Add(secrets, source.SecretRef?.Name);
            }

            foreach (var variable in container.Env ?? [])
            {
                Add(maps, variable.ValueFrom?.ConfigMapKeyRef?.Name);
                Add(secrets, variable.ValueFrom?.SecretKeyRef?.Name);
            }
        }

        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            Add(maps, volume.ConfigMap?.Name);
            Add(secrets, volume.Secret?.SecretName);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Add(maps, source.ConfigMap?.Name);
                Add(secrets, source.Secret?.Name);
            }
        }

        foreach (var pull in pod.Spec.ImagePullSecrets ?? [])
        {
            Add(secrets, pull.Name);
        }

        return (maps, secrets);
    }

    private static void Add(HashSet<string> names, string? name)
    {
        if (!string.IsNullOrEmpty(name))
        {
            names.Add(name);
        }
    }
}
