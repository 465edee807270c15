using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What PersistentVolumes must obey, with upstream's paths and words.</summary>
internal static class PersistentVolumeRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Fields of a spec that are no source of the volume's bytes.</summary>
    private static readonly HashSet<string> NotSources =
    [
        "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions",
        "volumeMode", "nodeAffinity", "volumeAttributesClassName",
    ];

    private static readonly Dictionary<string, string> CurrentLabels = new(StringComparer.Ordinal)
    {
        ["failure-domain.beta.kubernetes.io/zone"] = "topology.kubernetes.io/zone",
        ["failure-domain.beta.kubernetes.io/region"] = "topology.kubernetes.io/region",
        ["beta.kubernetes.io/os"] = "kubernetes.io/os",
        ["beta.kubernetes.io/arch"] = "kubernetes.io/arch",
        ["beta.kubernetes.io/instance-type"] = "node.kubernetes.io/instance-type",
    };

    /// <summary>Checks a volume.</summary>
    public static void Validate(JsonObject volume, FieldErrorList errors)
    {
        var spec = KubeJson.Deserialize<V1PersistentVolumeSpec>(volume.Child("spec") ?? []);
        if (spec.AccessModes is not { Count: > 0 })
        {
            errors.Required(Spec.Child("accessModes"));
        }

        ClaimRules.ValidateAccessModes(spec.AccessModes, Spec.Child("accessModes"), errors);
        ValidateCapacity(spec.Capacity ?? [], Spec.Child("capacity"), errors);
        var policy = spec.PersistentVolumeReclaimPolicy ?? "";
        if (policy is not ("" or "Delete" or "Recycle" or "Retain"))
        {
            errors.NotSupported(Spec.Child("persistentVolumeReclaimPolicy"), policy, ["Delete", "Recycle", "Retain"]);
        }

        if (spec.NodeAffinity is { Required: { } required })
        {
            AffinityRules.ValidateNodeSelector(required, Spec.Child("nodeAffinity", "required"), errors);
        }
        else if (spec.NodeAffinity is not null)
        {
            errors.Required(Spec.Child("nodeAffinity", "required"), "must specify required node constraints");
        }

        ValidateSource(spec, volume.Text("metadata.name"), errors);
        if (spec.HostPath is { } hostPath && policy == "Recycle" && hostPath.Path.Trim('/', '.').Length == 0)
        {
            errors.Forbidden(
                Spec.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
        }

        errors.AddMessages(Spec.Child("storageClassName"), spec.StorageClassName, NameRules.IsDns1123Subdomain);
        ClaimRules.ValidateVolumeMode(spec.VolumeMode, Spec, errors);
        ValidateAttributesClass(spec, errors);
    }

    /// <summary>Where a volume's bytes are never changes.</summary>
    public static void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var (now, before) = (Source(obj), Source(old));
        if (now.Child("csi") is { } csi && before.Child("csi") is { } known && known["controllerExpandSecretRef"] is null)
        {
            csi.Remove("controllerExpandSecretRef");
        }

        if (!JsonNode.DeepEquals(now, before))
        {
            errors.Forbidden(
                Spec.Child("persistentvolumesource"),
                "spec.persistentvolumesource is immutable after creation\n" + FieldDifference.Of(now, before));
        }

        errors.Immutable(FieldPath.Of("volumeMode"), obj.At("spec.volumeMode"), old.At("spec.volumeMode"));
        ValidateNodeAffinityKept(obj, old, errors);
        if (old.At("spec.volumeAttributesClassName") is not null && obj.At("spec.volumeAttributesClassName") is null)
        {
            errors.Forbidden(Spec.Child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden");
        }
    }

    /// <summary>What to say of a volume.</summary>
    public static IReadOnlyList<string> Warnings(JsonObject volume)
    {
        var warnings = new List<string>();
        var annotations = volume.Child("metadata").Child("annotations");
        var path = FieldPath.Of("metadata", "annotations");
        if (annotations?[ClaimRules.BetaClass] is not null)
        {
            warnings.Add($"{path.Key(ClaimRules.BetaClass)}: deprecated since v1.8; use \"storageClassName\" attribute instead");
        }

        if (annotations?["volume.beta.kubernetes.io/mount-options"] is not null)
        {
            warnings.Add($"{path.Key("volume.beta.kubernetes.io/mount-options")}: deprecated since v1.31; use \"mountOptions\" "
                + "attribute instead");
        }

        var spec = volume.Child("spec");
        if (spec.Text("persistentVolumeReclaimPolicy") == "Recycle")
        {
            warnings.Add($"{Spec.Child("persistentVolumeReclaimPolicy")}: The Recycle reclaim policy is deprecated. Instead, the "
                + "recommended approach is to use dynamic provisioning.");
        }

        var terms = spec.At("nodeAffinity.required") as JsonObject;
        var at = Spec.Child("nodeAffinity", "required", "nodeSelectorTerms");
        foreach (var (term, termAt) in terms.Items("nodeSelectorTerms").Indexed(at))
        {
            NodeLabelWarnings.AddTerm(term, checkValues: false, termAt, warnings);
        }

        VolumeWarnings.AddGone(spec, Spec, warnings);
        ContainerWarnings.AddFraction(spec.Child("capacity"), "storage", Spec.Child("capacity"), warnings);
        return warnings;
    }

    private static void ValidateCapacity(Dictionary<string, ResourceQuantity> capacity, FieldPath path, FieldErrorList errors)
    {
        if (capacity.Count == 0)
        {
            errors.Required(path);
        }

        if (!capacity.ContainsKey("storage") || capacity.Count > 1)
        {
            var shown = new JsonObject(capacity.OrderBy(c => c.Key, StringComparer.Ordinal)
                .Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value.ToString())));
            errors.NotSupported(path, VerbatimValue.Of(capacity.Count == 0 ? null : shown), ["storage"]);
        }

        foreach (var (name, amount) in capacity)
        {
            ClaimRules.ValidateBasic(amount, path.Key(name), errors);
            ClaimRules.ValidatePositive(amount, path.Key(name), errors);
        }
    }

    private static void ValidateSource(V1PersistentVolumeSpec spec, string name, FieldErrorList errors)
    {
        var one = new Alternatives(Spec, errors, "volume type");
        if (one.Take(spec.HostPath, "hostPath") is { } hostPath)
        {
            VolumeSourceRules.HostPath(spec.HostPath!, hostPath, errors);
        }

        if (one.Take(spec.GcePersistentDisk, "persistentDisk", "gcePersistentDisk") is { } gce)
        {
            VolumeSourceRules.Disk("pdName", spec.GcePersistentDisk!.PdName, spec.GcePersistentDisk.Partition, gce, errors);
        }

        if (one.Take(spec.AwsElasticBlockStore, "awsElasticBlockStore") is { } aws)
        {
            VolumeSourceRules.Disk(
                "volumeID", spec.AwsElasticBlockStore!.VolumeID, spec.AwsElasticBlockStore.Partition, aws, errors);
        }

        if (one.Take(spec.Glusterfs, "glusterfs") is { } gluster)
        {
            ValidateGluster(spec.Glusterfs!, gluster, errors);
        }

        if (one.Take(spec.Flocker, "flocker") is { } flocker)
        {
            VolumeSourceRules.Flocker(spec.Flocker!, flocker, errors);
        }

        if (one.Take(spec.Nfs, "nfs") is { } nfs)
        {
            VolumeSourceRules.Nfs(spec.Nfs!, nfs, errors);
        }

        ValidateClusters(spec, name, one, errors);
        ValidateDisks(spec, one, errors);
        if (one.Take(spec.Local, "local") is { } local)
        {
            ValidateLocal(spec, local, errors);
        }

        if (one.Take(spec.Storageos, "storageos") is { } storageos)
        {
            ValidateStorageOS(spec.Storageos!, storageos, errors);
        }

        if (one.Take(spec.Csi, "csi") is { } csi)
        {
            ValidateCsi(spec.Csi!, csi, errors);
        }

        one.Done();
    }

    private static void ValidateClusters(V1PersistentVolumeSpec spec, string name, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(spec.Rbd, "rbd") is { } rbd)
        {
            VolumeSourceRules.Rbd(spec.Rbd!.Monitors, spec.Rbd.Image, rbd, errors);
        }

        if (one.Take(spec.Quobyte, "quobyte") is { } quobyte)
        {
            VolumeSourceRules.Quobyte(spec.Quobyte!, quobyte, errors);
        }

        if (one.Take(spec.Cephfs, "cephfs", "cephFS") is { } cephfs && spec.Cephfs!.Monitors.Count == 0)
        {
            errors.Required(cephfs.Child("monitors"));
        }

        if (one.Take(spec.Iscsi, "iscsi") is { } iscsi)
        {
            VolumeSourceRules.Iscsi(spec.Iscsi!, name, iscsi, errors);
        }

        if (one.Take(spec.Cinder, "cinder") is { } cinder)
        {
            errors.RequiredText(cinder.Child("volumeID"), spec.Cinder!.VolumeID);
            if (spec.Cinder.SecretRef is { } secret)
            {
                errors.RequiredText(cinder.Child("secretRef", "name"), secret.Name);
                errors.RequiredText(cinder.Child("secretRef", "namespace"), secret.Namespace);
            }
        }

        if (one.Take(spec.Fc, "fc") is { } fc)
        {
            VolumeSourceRules.FibreChannel(spec.Fc!, fc, errors);
        }

        if (one.Take(spec.FlexVolume, "flexVolume") is { } flex)
        {
            VolumeSourceRules.Flex(spec.FlexVolume!.Driver, spec.FlexVolume.Options, flex, errors);
        }
    }

    private static void ValidateDisks(V1PersistentVolumeSpec spec, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(spec.AzureFile, "azureFile") is { } azureFile)
        {
            errors.RequiredText(azureFile.Child("secretName"), spec.AzureFile!.SecretName);
            errors.RequiredText(azureFile.Child("shareName"), spec.AzureFile.ShareName);
            if (spec.AzureFile.SecretNamespace is { } ns)
            {
                errors.RequiredText(azureFile.Child("secretNamespace"), ns);
            }
        }

        if (one.Take(spec.VsphereVolume, "vsphereVolume") is { } vsphere)
        {
            errors.RequiredText(vsphere.Child("volumePath"), spec.VsphereVolume!.VolumePath);
        }

        if (one.Take(spec.PhotonPersistentDisk, "photonPersistentDisk") is { } photon)
        {
            errors.RequiredText(photon.Child("pdID"), spec.PhotonPersistentDisk!.PdID);
        }

        if (one.Take(spec.PortworxVolume, "portworxVolume") is { } portworx)
        {
            errors.RequiredText(portworx.Child("volumeID"), spec.PortworxVolume!.VolumeID);
        }

        if (one.Take(spec.AzureDisk, "azureDisk") is { } azureDisk)
        {
            VolumeSourceRules.AzureDisk(spec.AzureDisk!, azureDisk, errors);
        }

        if (one.Take(spec.ScaleIO, "scaleIO") is { } scale)
        {
            VolumeSourceRules.ScaleIO(spec.ScaleIO!.Gateway, spec.ScaleIO.System, spec.ScaleIO.VolumeName, scale, errors);
        }
    }

    private static void ValidateGluster(V1GlusterfsPersistentVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("endpoints"), source.Endpoints);
        errors.RequiredText(path.Child("path"), source.Path);
        if (source.EndpointsNamespace is { Length: 0 })
        {
            errors.Invalid(
                path.Child("endpointsNamespace"), "",
                "if the endpointnamespace is set, it must be a valid namespace name");
        }

        errors.AddMessages(path.Child("endpointsNamespace"), source.EndpointsNamespace, NameRules.IsDns1123Label);
    }

    private static void ValidateLocal(V1PersistentVolumeSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.Local!.Path.Length == 0)
        {
            errors.Required(path.Child("path"));
        }
        else
        {
            PathRules.NoBacksteps(spec.Local.Path, path.Child("path"), errors);
        }

        if (spec.NodeAffinity is null)
        {
            errors.Required(Spec.Child("nodeAffinity"), "Local volume requires node affinity");
        }
    }

    private static void ValidateStorageOS(V1StorageOSPersistentVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        VolumeSourceRules.StorageOS(source.VolumeName, source.VolumeNamespace, path, errors);
        if (source.SecretRef is { } secret)
        {
            errors.RequiredText(path.Child("secretRef", "name"), secret.Name);
            errors.RequiredText(path.Child("secretRef", "namespace"), secret.Namespace);
        }
    }

    private static void ValidateCsi(V1CSIPersistentVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        VolumeSourceRules.CsiDriver(source.Driver, path.Child("driver"), errors);
        errors.RequiredText(path.Child("volumeHandle"), source.VolumeHandle);
        foreach (var (field, secret) in new[]
        {
            ("controllerPublishSecretRef", source.ControllerPublishSecretRef),
            ("controllerExpandSecretRef", source.ControllerExpandSecretRef),
            ("nodePublishSecretRef", source.NodePublishSecretRef),
            ("nodeExpandSecretRef", source.NodeExpandSecretRef),
        })
        {
            if (secret is not null)
            {
                errors.RequiredName(path.Child(field, "name"), secret.Name, NameRules.IsDns1123Subdomain);
                errors.RequiredName(path.Child(field, "namespace"), secret.Namespace, NameRules.IsDns1123Label);
            }
        }
    }

    private static void ValidateAttributesClass(V1PersistentVolumeSpec spec, FieldErrorList errors)
    {
        if (spec.VolumeAttributesClassName is not { } name)
        {
            return;
        }

        errors.RequiredText(Spec.Child("volumeAttributesClassName"), name, "an empty string is disallowed");
        errors.AddMessages(Spec.Child("volumeAttributesClassName"), name, NameRules.IsDns1123Subdomain);
        if (spec.Csi is null)
        {
            errors.Required(Spec.Child("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }

    // A label may become the one that replaces it.
    private static void ValidateNodeAffinityKept(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (old.At("spec.nodeAffinity") is not JsonObject before)
        {
            return;
        }

        var affinity = obj.At("spec.nodeAffinity") as JsonObject;
        var known = before.DeepClone().AsObject();
        foreach (var (then, now) in Requirements(known).Zip(Requirements(affinity)))
        {
            if (CurrentLabels.GetValueOrDefault(then.Text("key")) == now.Text("key"))
            {
                then["key"] = now.Text("key");
            }
        }

        if (!JsonNode.DeepEquals(affinity, known))
        {
            var shown = affinity is null ? null : KubeJson.Deserialize<V1VolumeNodeAffinity>(affinity).Required;
            errors.Invalid(
                FieldPath.Of("nodeAffinity"),
                affinity is null ? null : VerbatimValue.Struct(("Required", shown is null
                    ? null
                    : VerbatimValue.Struct(("NodeSelectorTerms", AffinityRules.Shown(shown.NodeSelectorTerms))))),
                "field is immutable, except for updating from beta label to GA");
        }
    }

    private static IEnumerable<JsonObject> Requirements(JsonObject? affinity) => affinity.Child("required")
        .Items("nodeSelectorTerms").SelectMany(term => term.Items("matchExpressions"));

    private static JsonObject Source(JsonObject volume)
    {
        var source = (volume.Child("spec") ?? []).DeepClone().AsObject();
        foreach (var field in NotSources)
        {
            source.Remove(field);
        }

        return source;
    }
}
