using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>What a pod's node must be able to read because the pod names it.</summary>
internal static class PodReferences
{
    /// <summary>
    /// The secrets, config maps, claims, resource claims and the service account of a pod. A mirror pod's come from its
    /// node's own disk and give it nothing.
    /// </summary>
    public static HashSet<GraphVertex> Of(V1Pod pod)
    {
        var found = new HashSet<GraphVertex>();
        if (pod.Spec is not { } spec || pod.Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") == true)
        {
            return found;
        }

        var ns = pod.Metadata.Namespace ?? "";
        Add(NodeObject.ServiceAccount, spec.ServiceAccountName);
        foreach (var secret in spec.ImagePullSecrets ?? [])
        {
            Add(NodeObject.Secret, secret.Name);
        }

        foreach (var container in spec.Containers.Concat(spec.InitContainers ?? []))
        {
            AddEnvironment(container.Env, container.EnvFrom);
        }

        foreach (var container in spec.EphemeralContainers ?? [])
        {
            AddEnvironment(container.Env, container.EnvFrom);
        }

        foreach (var volume in spec.Volumes ?? [])
        {
            AddVolume(volume);
        }

        foreach (var claim in ResourceClaims(pod))
        {
            Add(NodeObject.ResourceClaim, claim);
        }

        return found;

        void Add(NodeObject type, string? name)
        {
            if (!string.IsNullOrEmpty(name))
            {
                found.Add(new GraphVertex(type, ns, name));
            }
        }

        void AddEnvironment(List<V1EnvVar>? variables, List<V1EnvFromSource>? sources)
        {
            foreach (var variable in variables ?? [])
            {
                Add(NodeObject.Secret, variable.ValueFrom?.SecretKeyRef?.Name);
                Add(NodeObject.ConfigMap, variable.ValueFrom?.ConfigMapKeyRef?.Name);
            }

            foreach (var source in sources ?? [])
            {
                Add(NodeObject.Secret, source.SecretRef?.Name);
                Add(NodeObject.ConfigMap, source.ConfigMapRef?.Name);
            }
        }

        void AddVolume(V1Volume volume)
        {
            Add(NodeObject.ConfigMap, volume.ConfigMap?.Name);
            Add(NodeObject.Claim, volume.PersistentVolumeClaim?.ClaimName);
            Add(NodeObject.Claim, volume.Ephemeral is null ? null : pod.Metadata.Name + "-" + volume.Name);
            foreach (var secret in VolumeSecrets(volume))
            {
                Add(NodeObject.Secret, secret);
            }

            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Add(NodeObject.Secret, source.Secret?.Name);
                Add(NodeObject.ConfigMap, source.ConfigMap?.Name);
            }
        }
    }

    private static string?[] VolumeSecrets(V1Volume volume) =>
    [
        volume.Secret?.SecretName, volume.AzureFile?.SecretName, volume.Cephfs?.SecretRef?.Name,
        volume.Cinder?.SecretRef?.Name, volume.Csi?.NodePublishSecretRef?.Name, volume.FlexVolume?.SecretRef?.Name,
        volume.Iscsi?.SecretRef?.Name, volume.Rbd?.SecretRef?.Name, volume.ScaleIO?.SecretRef?.Name,
        volume.Storageos?.SecretRef?.Name,
    ];

    /// <summary>Claims by name; those made from templates are known once the status says how they are called.</summary>
    private static IEnumerable<string?> ResourceClaims(V1Pod pod)
    {
        foreach (var claim in pod.Spec!.ResourceClaims ?? [])
        {
            yield return claim.ResourceClaimName
                ?? pod.Status?.ResourceClaimStatuses?.FirstOrDefault(s => s.Name == claim.Name)?.ResourceClaimName;
        }

        yield return pod.Status?.ExtendedResourceClaimStatus?.ResourceClaimName;
    }
}
