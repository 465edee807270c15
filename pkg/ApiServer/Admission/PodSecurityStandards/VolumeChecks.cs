using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Which volumes pods may mount.</summary>
internal static class VolumeChecks
{
    public static PodViolation? HostPaths(PodFacts pod)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(v => v.HostPath is not null).Select(v => v.Name).ToList();
        return volumes.Count == 0 ? null : new PodViolation("hostPath volumes", Volumes(volumes));
    }

    public static PodViolation? Restricted(PodFacts pod)
    {
        var names = new List<string>();
        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (!IsAllowed(volume))
            {
                names.Add(volume.Name);
                types.Add(TypeOf(volume));
            }
        }

        return names.Count == 0
            ? null
            : new PodViolation(
                "restricted volume types",
                $"{Volumes(names)} {ViolationText.Plural("uses", "use", names.Count)} "
                + $"{ViolationText.Plural("restricted volume type", "restricted volume types", types.Count)} "
                + ViolationText.Quoted(types));
    }

    private static string Volumes(List<string> names) =>
        ViolationText.Plural("volume", "volumes", names.Count) + " " + ViolationText.Quoted(names);

    private static bool IsAllowed(V1Volume volume) => volume.ConfigMap is not null || volume.Csi is not null
        || volume.DownwardAPI is not null || volume.EmptyDir is not null || volume.Ephemeral is not null
        || volume.Image is not null || volume.PersistentVolumeClaim is not null || volume.Projected is not null
        || volume.Secret is not null;

    private static string TypeOf(V1Volume volume) => volume switch
    {
        { HostPath: not null } => "hostPath",
        { GcePersistentDisk: not null } => "gcePersistentDisk",
        { AwsElasticBlockStore: not null } => "awsElasticBlockStore",
        { GitRepo: not null } => "gitRepo",
        { Nfs: not null } => "nfs",
        { Iscsi: not null } => "iscsi",
        { Glusterfs: not null } => "glusterfs",
        { Rbd: not null } => "rbd",
        { FlexVolume: not null } => "flexVolume",
        { Cinder: not null } => "cinder",
        { Cephfs: not null } => "cephfs",
        { Flocker: not null } => "flocker",
        { Fc: not null } => "fc",
        { AzureFile: not null } => "azureFile",
        { VsphereVolume: not null } => "vsphereVolume",
        { Quobyte: not null } => "quobyte",
        { AzureDisk: not null } => "azureDisk",
        { PhotonPersistentDisk: not null } => "photonPersistentDisk",
        { PortworxVolume: not null } => "portworxVolume",
        { ScaleIO: not null } => "scaleIO",
        { Storageos: not null } => "storageos",
        _ => "unknown",
    };
}
