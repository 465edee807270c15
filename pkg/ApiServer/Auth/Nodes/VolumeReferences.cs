using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>The claim that a volume is bound to, and the secrets that a kubelet needs to mount it.</summary>
internal sealed record VolumeReferences(GraphVertex Claim, IReadOnlyList<GraphVertex> Secrets)
{
    /// <summary>Null for a volume that is bound to no claim. What only controllers of a CSI driver read is left out.</summary>
    public static VolumeReferences? Of(V1PersistentVolume volume)
    {
        if (volume.Spec is not { ClaimRef: { Name: { } name, Namespace: { } ns } } spec)
        {
            return null;
        }

        var secrets = new HashSet<GraphVertex>();
        Add(spec.AzureFile?.SecretNamespace, spec.AzureFile?.SecretName);
        foreach (var reference in new[]
        {
            spec.Cephfs?.SecretRef, spec.Cinder?.SecretRef, spec.FlexVolume?.SecretRef, spec.Rbd?.SecretRef,
            spec.ScaleIO?.SecretRef, spec.Iscsi?.SecretRef, spec.Csi?.NodePublishSecretRef, spec.Csi?.NodeStageSecretRef,
            spec.Csi?.NodeExpandSecretRef,
        })
        {
            Add(reference?.Namespace, reference?.Name);
        }

        Add(spec.Storageos?.SecretRef?.Namespace, spec.Storageos?.SecretRef?.Name);
        return new VolumeReferences(new GraphVertex(NodeObject.Claim, ns, name), [.. secrets]);

        // A reference without a namespace means that of the claim.
        void Add(string? secretNamespace, string? secret)
        {
            if (!string.IsNullOrEmpty(secret))
            {
                secrets.Add(new GraphVertex(
                    NodeObject.Secret, string.IsNullOrEmpty(secretNamespace) ? ns : secretNamespace, secret));
            }
        }
    }
}
