using System.Text.RegularExpressions;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Sources that volumes of pods and PersistentVolumes have alike. Most of the drivers are gone; their rules stay.</summary>
internal static partial class VolumeSourceRules
{
    /// <summary>A portal and the name of the volume become one initiator name.</summary>
    public const string LongInitiator = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if "
        + "iscsi.initiatorName is specified.";

    private const string NotIscsiName = "must be valid format";

    private const string HostAndPort = "must be a host:port pair or multiple pairs separated by commas";

    private const int MaxLun = 255;

    private const int MaxTenantChars = 64;

    private const int MaxDriverBytes = 63;

    private static readonly string[] HostPathTypes =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    /// <summary>A path on the node.</summary>
    public static void HostPath(V1HostPathVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        if (source.Path.Length == 0)
        {
            errors.Required(path.Child("path"));
            return;
        }

        PathRules.NoBacksteps(source.Path, path.Child("path"), errors);
        if (source.Type is { } type && !HostPathTypes.Contains(type))
        {
            errors.NotSupported(path.Child("type"), type, HostPathTypes);
        }
    }

    /// <summary>A cloud's disk, and a partition of it.</summary>
    public static void Disk(string field, string? name, int? partition, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child(field), name);
        if (partition is < 0 or > MaxLun)
        {
            errors.Invalid(path.Child("partition"), partition, NameRules.InclusiveRange(1, MaxLun));
        }
    }

    /// <summary>An NFS share.</summary>
    public static void Nfs(V1NFSVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("server"), source.Server);
        errors.RequiredText(path.Child("path"), source.Path);
        if (!source.Path.StartsWith('/'))
        {
            errors.Invalid(path.Child("path"), source.Path, "must be an absolute path");
        }
    }

    /// <summary>An iSCSI target of a pod's volume.</summary>
    public static void Iscsi(V1ISCSIVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        const string detail = "must be valid format starting with iqn, eui, or naa";
        errors.RequiredText(path.Child("targetPortal"), source.TargetPortal);
        IscsiTarget(source.Iqn, source.Lun, detail, path, errors);
        IscsiSecret(source.ChapAuthDiscovery, source.ChapAuthSession, source.SecretRef is not null, path, errors);
        IscsiInitiator(source.InitiatorName, detail, path, errors);
    }

    /// <summary>An iSCSI target of a PersistentVolume.</summary>
    public static void Iscsi(V1ISCSIPersistentVolumeSource source, string volumeName, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("targetPortal"), source.TargetPortal);
        if (source.InitiatorName is not null && volumeName.Length + 1 + source.TargetPortal.Length > 64)
        {
            errors.Invalid(path.Child("targetportal"), source.TargetPortal, LongInitiator);
        }

        IscsiTarget(source.Iqn, source.Lun, NotIscsiName, path, errors);
        IscsiSecret(source.ChapAuthDiscovery, source.ChapAuthSession, source.SecretRef is not null, path, errors);
        if (source.SecretRef is { } secret)
        {
            errors.RequiredText(path.Child("secretRef", "name"), secret.Name);
        }

        IscsiInitiator(source.InitiatorName, NotIscsiName, path, errors);
    }

    /// <summary>A Flocker dataset.</summary>
    public static void Flocker(V1FlockerVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        var (name, uuid) = (source.DatasetName ?? "", source.DatasetUUID ?? "");
        if (name.Length == 0 && uuid.Length == 0)
        {
            errors.Required(path, "one of datasetName and datasetUUID is required");
        }

        if (name.Length > 0 && uuid.Length > 0)
        {
            errors.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }

        if (name.Contains('/', StringComparison.Ordinal))
        {
            errors.Invalid(path.Child("datasetName"), name, "must not contain '/'");
        }
    }

    /// <summary>A Ceph block device.</summary>
    public static void Rbd(List<string> monitors, string image, FieldPath path, FieldErrorList errors)
    {
        if (monitors.Count == 0)
        {
            errors.Required(path.Child("monitors"));
        }

        errors.RequiredText(path.Child("image"), image);
    }

    /// <summary>A secret of the pod's namespace.</summary>
    public static void SecretName(V1LocalObjectReference? secret, FieldPath path, FieldErrorList errors)
    {
        if (secret is not null)
        {
            errors.RequiredText(path.Child("secretRef", "name"), secret.Name);
        }
    }

    /// <summary>A Quobyte volume.</summary>
    public static void Quobyte(V1QuobyteVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        if (source.Registry.Length == 0)
        {
            errors.Required(path.Child("registry"), HostAndPort);
        }
        else if (source.Tenant?.Length > MaxTenantChars)
        {
            errors.Required(path.Child("tenant"), "must be a UUID and may not exceed a length of 64 characters");
        }
        else
        {
            foreach (var _ in source.Registry.Split(',').Where(pair => !IsHostAndPort(pair)))
            {
                errors.Invalid(path.Child("registry"), source.Registry, HostAndPort);
            }
        }

        errors.RequiredText(path.Child("volume"), source.Volume);
    }

    /// <summary>A Fibre Channel target.</summary>
    public static void FibreChannel(V1FCVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        var (targets, wwids) = (source.TargetWWNs?.Count ?? 0, source.Wwids?.Count ?? 0);
        if (targets == 0 && wwids == 0)
        {
            errors.Required(path.Child("targetWWNs"), "must specify either targetWWNs or wwids, but not both");
        }

        if (targets > 0 && wwids > 0)
        {
            errors.Invalid(
                path.Child("targetWWNs"), VerbatimValue.List(source.TargetWWNs),
                "targetWWNs and wwids can not be specified simultaneously");
        }

        if (targets > 0 && source.Lun is null)
        {
            errors.Required(path.Child("lun"), "lun is required if targetWWNs is specified");
        }
        else if (targets > 0 && source.Lun is < 0 or > MaxLun)
        {
            errors.Invalid(path.Child("lun"), source.Lun, NameRules.InclusiveRange(0, MaxLun));
        }
    }

    /// <summary>A driver of its own; Kubernetes' names are reserved for its options.</summary>
    public static void Flex(string driver, Dictionary<string, string>? options, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("driver"), driver);
        foreach (var key in options?.Keys ?? Enumerable.Empty<string>())
        {
            var domain = "." + key.Split('/')[0].ToLowerInvariant();
            if (domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal))
            {
                errors.Invalid(path.Child("options").Key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    /// <summary>An Azure disk.</summary>
    public static void AzureDisk(V1AzureDiskVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("diskName"), source.DiskName);
        errors.RequiredText(path.Child("diskURI"), source.DiskURI);
        if (source.CachingMode is { } caching && caching is not ("None" or "ReadOnly" or "ReadWrite"))
        {
            errors.NotSupported(path.Child("cachingMode"), caching, ["None", "ReadOnly", "ReadWrite"]);
        }

        if (source.Kind is not { } kind)
        {
            return;
        }

        if (kind is not ("Dedicated" or "Managed" or "Shared"))
        {
            errors.NotSupported(path.Child("kind"), kind, ["Dedicated", "Managed", "Shared"]);
        }

        var (start, form) = kind == "Managed"
            ? ("/subscriptions/",
                "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}")
            : ("https://", "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
        if (!source.DiskURI.StartsWith(start, StringComparison.Ordinal))
        {
            errors.NotSupported(path.Child("diskURI"), source.DiskURI, [form]);
        }
    }

    /// <summary>A ScaleIO volume.</summary>
    public static void ScaleIO(string gateway, string system, string? volume, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("gateway"), gateway);
        errors.RequiredText(path.Child("system"), system);
        errors.RequiredText(path.Child("volumeName"), volume);
    }

    /// <summary>A StorageOS volume.</summary>
    public static void StorageOS(string? name, string? ns, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredName(path.Child("volumeName"), name, NameRules.IsDns1123Label);
        errors.AddMessages(path.Child("volumeNamespace"), ns, NameRules.IsDns1123Label);
    }

    /// <summary>The name of a CSI driver: a subdomain, whose case does not matter.</summary>
    public static void CsiDriver(string driver, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path, driver);
        if (driver.Length > MaxDriverBytes)
        {
            errors.TooLong(path, MaxDriverBytes);
        }

        foreach (var message in NameRules.IsDns1123Subdomain(driver.ToLowerInvariant()))
        {
            errors.Invalid(path, driver, message);
        }
    }

    private static void IscsiTarget(string iqn, int lun, string otherStart, FieldPath path, FieldErrorList errors)
    {
        if (iqn.Length == 0)
        {
            errors.Required(path.Child("iqn"));
        }
        else if (!HasIscsiStart(iqn))
        {
            errors.Invalid(path.Child("iqn"), iqn, otherStart);
        }
        else if (!IsIscsiName(iqn))
        {
            errors.Invalid(path.Child("iqn"), iqn, NotIscsiName);
        }

        if (lun is < 0 or > MaxLun)
        {
            errors.Invalid(path.Child("lun"), lun, NameRules.InclusiveRange(0, MaxLun));
        }
    }

    private static void IscsiSecret(bool? discovery, bool? session, bool hasSecret, FieldPath path, FieldErrorList errors)
    {
        if ((discovery == true || session == true) && !hasSecret)
        {
            errors.Required(path.Child("secretRef"));
        }
    }

    private static void IscsiInitiator(string? initiator, string otherStart, FieldPath path, FieldErrorList errors)
    {
        if (initiator is not null && !HasIscsiStart(initiator))
        {
            errors.Invalid(path.Child("initiatorname"), initiator, otherStart);
        }
        else if (initiator is not null && !IsIscsiName(initiator))
        {
            errors.Invalid(path.Child("initiatorname"), initiator, NotIscsiName);
        }
    }

    private static bool HasIscsiStart(string name) => name.StartsWith("iqn", StringComparison.Ordinal)
        || name.StartsWith("eui", StringComparison.Ordinal) || name.StartsWith("naa", StringComparison.Ordinal);

    private static bool IsIscsiName(string name) => name[0] switch
    {
        'i' => IqnName().IsMatch(name),
        'e' => EuiName().IsMatch(name),
        _ => NaaName().IsMatch(name),
    };

    // As Go's net.SplitHostPort: an IPv6 address stands in brackets.
    private static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon >= 0 && (text.StartsWith('[')
            ? text[..colon].EndsWith(']')
            : !text[..colon].Contains(':', StringComparison.Ordinal));
    }

    [GeneratedRegex(@"iqn\.[0-9]{4}-[0-9]{2}\.([-.0-9A-Za-z]+)(:[^,;*&$|\s]+)\z")]
    private static partial Regex IqnName();

    [GeneratedRegex(@"\Aeui.[0-9A-Za-z]{16}\z")]
    private static partial Regex EuiName();

    [GeneratedRegex(@"\Anaa.[0-9A-Za-z]{32}\z")]
    private static partial Regex NaaName();
}
