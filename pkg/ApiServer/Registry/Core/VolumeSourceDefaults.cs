using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What upstream fills into the sources that volumes of pods and PersistentVolumes have alike.</summary>
internal static class VolumeSourceDefaults
{
    /// <summary>Fills the sources that are there; <paramref name="owner"/> is a volume or a PersistentVolume's spec.</summary>
    public static void Apply(JsonObject owner)
    {
        owner.Child("hostPath")?.Default("type", "");
        owner.Child("iscsi")?.Default("iscsiInterface", "default");
        if (owner.Child("rbd") is { } rbd)
        {
            rbd.Default("pool", "rbd");
            rbd.Default("user", "admin");
            rbd.Default("keyring", "/etc/ceph/keyring");
        }

        if (owner.Child("azureDisk") is { } azure)
        {
            azure.Default("cachingMode", "ReadWrite");
            azure.Default("kind", "Shared");
            azure.Default("fsType", "ext4");
            azure.Default("readOnly", false);
        }

        if (owner.Child("scaleIO") is { } scale)
        {
            scale.Default("storageMode", "ThinProvisioned");
            scale.Default("fsType", "xfs");
        }
    }
}
