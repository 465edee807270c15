using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What the tables of PersistentVolumes and PersistentVolumeClaims share.</summary>
internal static class VolumeColumns
{
    private const string BetaClass = "volume.beta.kubernetes.io/storage-class";

    private static readonly (string Mode, string Short)[] Modes =
    [
        ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
    ];

    /// <summary>"RWO,ROX"</summary>
    public static string AccessModes(IEnumerable<string> modes)
    {
        var given = modes.ToHashSet();
        return Columns.Join(Modes.Where(m => given.Contains(m.Mode)).Select(m => m.Short));
    }

    /// <summary>The phase, or that the object is about to go.</summary>
    public static string Phase(JsonObject obj) =>
        obj.At("metadata.deletionTimestamp") is not null ? "Terminating" : obj.Text("status.phase");

    /// <summary>The storage class; before it had a field it was an annotation.</summary>
    public static string StorageClass(JsonObject obj) =>
        (string?)obj.Child("metadata").Child("annotations")?[BetaClass] ?? obj.Text("spec.storageClassName");

    /// <summary>The storage class.</summary>
    public static PrintColumn StorageClassColumn { get; } =
        Columns.Text("StorageClass", "Class of the storage", StorageClass);

    /// <summary>The class of the volume's changeable attributes.</summary>
    public static PrintColumn AttributesClassColumn { get; } = Columns.Field(
        "VolumeAttributesClass", "Class of the volume's changeable attributes", "spec.volumeAttributesClassName", Columns.Unset);

    /// <summary>Filesystem or Block.</summary>
    public static PrintColumn ModeColumn { get; } = Columns.Wide(
        "VolumeMode", "Filesystem or Block", o => Columns.OrElse(o.Text("spec.volumeMode"), Columns.Unset));
}
