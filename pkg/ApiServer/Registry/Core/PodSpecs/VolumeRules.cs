using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>The volumes of a pod: https://kubernetes.io/docs/concepts/storage/volumes/</summary>
internal static class VolumeRules
{
    private const int MaxInitiatorChars = 64;

    /// <summary>
    /// Checks all volumes; returns the sound ones by name: what mounts a bad one is told that it is not there.
    /// <paramref name="podName"/> is null in a template: the claims of its ephemeral volumes have no names yet.
    /// </summary>
    public static Dictionary<string, V1Volume> Validate(
        List<V1Volume>? volumes, string? podName, FieldPath path, FieldErrorList errors)
    {
        var sound = new Dictionary<string, V1Volume>(StringComparer.Ordinal);
        foreach (var (volume, at) in volumes.Indexed(path))
        {
            var before = errors.Count;
            ValidateSource(volume, podName, at, errors);
            errors.RequiredName(at.Child("name"), volume.Name, NameRules.IsDns1123Label);
            if (sound.ContainsKey(volume.Name))
            {
                errors.Duplicate(at.Child("name"), volume.Name);
            }

            if (errors.Count == before)
            {
                sound.Add(volume.Name, volume);
            }

            if (podName is not null && volume.PersistentVolumeClaim?.ClaimName is { } claim && IsMadeFor(claim, podName, volumes!))
            {
                errors.Invalid(
                    at.Child("persistentVolumeClaim", "claimName"), claim,
                    "must not reference a PVC that gets created for an ephemeral volume");
            }
        }

        return sound;
    }

    private static bool IsMadeFor(string claim, string podName, List<V1Volume> volumes) =>
        volumes.Any(volume => volume.Ephemeral is not null && claim == $"{podName}-{volume.Name}");

    private static void ValidateSource(V1Volume volume, string? podName, FieldPath path, FieldErrorList errors)
    {
        var one = new Alternatives(path, errors, "volume type");
        if (one.Take(volume.EmptyDir, "emptyDir") is { } emptyDir && volume.EmptyDir!.SizeLimit is { Sign: < 0 })
        {
            errors.Forbidden(emptyDir.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
        }

        ValidateLocal(volume, one, errors);
        ValidateRemote(volume, path, one, errors);
        ValidateOthers(volume, one, errors);
        if (one.Take(volume.Csi, "csi") is { } csi)
        {
            ValidateCsi(volume.Csi!, csi, errors);
        }

        if (one.Take(volume.Ephemeral, "ephemeral") is { } ephemeral)
        {
            ValidateEphemeral(volume, podName, path, ephemeral, errors);
        }

        if (one.Take(volume.Image, "image") is { } image)
        {
            ValidateImage(volume.Image!, podName is not null, image, errors);
        }

        one.Done();
    }

    private static void ValidateLocal(V1Volume volume, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(volume.HostPath, "hostPath") is { } hostPath)
        {
            VolumeSourceRules.HostPath(volume.HostPath!, hostPath, errors);
        }

        if (one.Take(volume.GitRepo, "gitRepo") is { } gitRepo)
        {
            errors.RequiredText(gitRepo.Child("repository"), volume.GitRepo!.Repository);
            PathRules.Descending(volume.GitRepo.Directory ?? "", gitRepo.Child("directory"), errors);
        }
    }

    private static void ValidateRemote(V1Volume volume, FieldPath path, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(volume.GcePersistentDisk, "persistentDisk", "gcePersistentDisk") is { } gce)
        {
            VolumeSourceRules.Disk("pdName", volume.GcePersistentDisk!.PdName, volume.GcePersistentDisk.Partition, gce, errors);
        }

        if (one.Take(volume.AwsElasticBlockStore, "awsElasticBlockStore") is { } aws)
        {
            var source = volume.AwsElasticBlockStore!;
            VolumeSourceRules.Disk("volumeID", source.VolumeID, source.Partition, aws, errors);
        }

        if (one.Take(volume.Secret, "secret") is { } secret)
        {
            FileVolumeRules.Secret(volume.Secret!, secret, errors);
        }

        if (one.Take(volume.Nfs, "nfs") is { } nfs)
        {
            VolumeSourceRules.Nfs(volume.Nfs!, nfs, errors);
        }

        if (one.Take(volume.Iscsi, "iscsi") is { } iscsi)
        {
            VolumeSourceRules.Iscsi(volume.Iscsi!, iscsi, errors);
        }

        if (volume.Iscsi is { InitiatorName: not null } portal
            && volume.Name.Length + 1 + portal.TargetPortal.Length > MaxInitiatorChars)
        {
            errors.Invalid(path.Child("name"), volume.Name, VolumeSourceRules.LongInitiator);
        }

        if (one.Take(volume.Glusterfs, "glusterfs") is { } gluster)
        {
            errors.RequiredText(gluster.Child("endpoints"), volume.Glusterfs!.Endpoints);
            errors.RequiredText(gluster.Child("path"), volume.Glusterfs.Path);
        }

        if (one.Take(volume.Flocker, "flocker") is { } flocker)
        {
            VolumeSourceRules.Flocker(volume.Flocker!, flocker, errors);
        }

        if (one.Take(volume.PersistentVolumeClaim, "persistentVolumeClaim") is { } claim)
        {
            errors.RequiredText(claim.Child("claimName"), volume.PersistentVolumeClaim!.ClaimName);
        }

        if (one.Take(volume.Rbd, "rbd") is { } rbd)
        {
            VolumeSourceRules.Rbd(volume.Rbd!.Monitors, volume.Rbd.Image, rbd, errors);
        }

        if (one.Take(volume.Cinder, "cinder") is { } cinder)
        {
            errors.RequiredText(cinder.Child("volumeID"), volume.Cinder!.VolumeID);
            VolumeSourceRules.SecretName(volume.Cinder.SecretRef, cinder, errors);
        }
    }

    private static void ValidateOthers(V1Volume volume, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(volume.Cephfs, "cephfs", "cephFS") is { } cephfs && volume.Cephfs!.Monitors.Count == 0)
        {
            errors.Required(cephfs.Child("monitors"));
        }

        if (one.Take(volume.Quobyte, "quobyte") is { } quobyte)
        {
            VolumeSourceRules.Quobyte(volume.Quobyte!, quobyte, errors);
        }

        if (one.Take(volume.DownwardAPI, "downwardAPI", "downwarAPI") is { } downward)
        {
            FileVolumeRules.Downward(volume.DownwardAPI!, downward, errors);
        }

        if (one.Take(volume.Fc, "fc") is { } fc)
        {
            VolumeSourceRules.FibreChannel(volume.Fc!, fc, errors);
        }

        if (one.Take(volume.FlexVolume, "flexVolume") is { } flex)
        {
            VolumeSourceRules.Flex(volume.FlexVolume!.Driver, volume.FlexVolume.Options, flex, errors);
        }

        if (one.Take(volume.ConfigMap, "configMap") is { } configMap)
        {
            FileVolumeRules.ConfigMap(volume.ConfigMap!, configMap, errors);
        }

        if (one.Take(volume.AzureFile, "azureFile") is { } azureFile)
        {
            errors.RequiredText(azureFile.Child("secretName"), volume.AzureFile!.SecretName);
            errors.RequiredText(azureFile.Child("shareName"), volume.AzureFile.ShareName);
        }

        ValidateDisks(volume, one, errors);
        if (one.Take(volume.Projected, "projected") is { } projected)
        {
            FileVolumeRules.Projected(volume.Projected!, projected, errors);
        }

        if (one.Take(volume.ScaleIO, "scaleIO") is { } scale)
        {
            var source = volume.ScaleIO!;
            VolumeSourceRules.ScaleIO(source.Gateway, source.System, source.VolumeName, scale, errors);
        }
    }

    private static void ValidateDisks(V1Volume volume, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(volume.VsphereVolume, "vsphereVolume") is { } vsphere)
        {
            errors.RequiredText(vsphere.Child("volumePath"), volume.VsphereVolume!.VolumePath);
        }

        if (one.Take(volume.PhotonPersistentDisk, "photonPersistentDisk") is { } photon)
        {
            errors.RequiredText(photon.Child("pdID"), volume.PhotonPersistentDisk!.PdID);
        }

        if (one.Take(volume.PortworxVolume, "portworxVolume") is { } portworx)
        {
            errors.RequiredText(portworx.Child("volumeID"), volume.PortworxVolume!.VolumeID);
        }

        if (one.Take(volume.AzureDisk, "azureDisk") is { } azureDisk)
        {
            VolumeSourceRules.AzureDisk(volume.AzureDisk!, azureDisk, errors);
        }

        if (one.Take(volume.Storageos, "storageos") is { } storageos)
        {
            VolumeSourceRules.StorageOS(volume.Storageos!.VolumeName, volume.Storageos.VolumeNamespace, storageos, errors);
            VolumeSourceRules.SecretName(volume.Storageos.SecretRef, storageos, errors);
        }
    }

    private static void ValidateCsi(V1CSIVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        VolumeSourceRules.CsiDriver(source.Driver, path.Child("driver"), errors);
        if (source.NodePublishSecretRef is not { } secret)
        {
            return;
        }

        if (string.IsNullOrEmpty(secret.Name))
        {
            errors.Required(path.Child("nodePublishSecretRef", "name"));
        }
        else
        {
            errors.AddMessages(path.Child("name"), secret.Name, NameRules.IsDns1123Subdomain);
        }
    }

    private static void ValidateEphemeral(
        V1Volume volume, string? podName, FieldPath volumePath, FieldPath path, FieldErrorList errors)
    {
        if (volume.Ephemeral!.VolumeClaimTemplate is not { } template)
        {
            errors.Required(path.Child("volumeClaimTemplate"));
        }
        else
        {
            ClaimRules.ValidateTemplate(template, path.Child("volumeClaimTemplate"), errors);
        }

        if (string.IsNullOrEmpty(podName) || volume.Name.Length == 0)
        {
            return;
        }

        var claim = $"{podName}-{volume.Name}";
        foreach (var message in NameRules.IsDns1123Subdomain(claim))
        {
            errors.Invalid(volumePath.Child("name"), volume.Name, $"PVC name \"{claim}\": {message}");
        }
    }

    private static void ValidateImage(V1ImageVolumeSource source, bool inPod, FieldPath path, FieldErrorList errors)
    {
        if (inPod)
        {
            errors.RequiredText(path.Child("reference"), source.Reference);
        }

        ContainerRules.ValidatePullPolicy(source.PullPolicy, path.Child("pullPolicy"), errors);
    }
}
