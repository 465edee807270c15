// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.storage.v1.CSINode</summary>
public sealed class V1CSINode : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("storage.k8s.io", "v1", "CSINode");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "CSINode";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "storage.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1CSINodeSpec Spec { get; set; } = new();
}

/// <summary>io.k8s.api.storage.v1.CSINodeDriver</summary>
public sealed class V1CSINodeDriver
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("nodeID")]
    public string NodeID { get; set; } = "";

    [JsonPropertyName("topologyKeys")]
    public List<string>? TopologyKeys { get; set; }

    [JsonPropertyName("allocatable")]
    public V1VolumeNodeResources? Allocatable { get; set; }
}

/// <summary>io.k8s.api.storage.v1.CSINodeSpec</summary>
public sealed class V1CSINodeSpec
{
    [JsonPropertyName("drivers")]
    public List<V1CSINodeDriver> Drivers { get; set; } = [];
}

/// <summary>io.k8s.api.storage.v1.StorageClass</summary>
public sealed class V1StorageClass : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("storage.k8s.io", "v1", "StorageClass");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "StorageClass";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "storage.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("provisioner")]
    public string Provisioner { get; set; } = "";

    [JsonPropertyName("parameters")]
    public Dictionary<string, string>? Parameters { get; set; }

    [JsonPropertyName("reclaimPolicy")]
    public string? ReclaimPolicy { get; set; }

    [JsonPropertyName("mountOptions")]
    public List<string>? MountOptions { get; set; }

    [JsonPropertyName("allowVolumeExpansion")]
    public bool? AllowVolumeExpansion { get; set; }

    [JsonPropertyName("volumeBindingMode")]
    public string? VolumeBindingMode { get; set; }

    [JsonPropertyName("allowedTopologies")]
    public List<V1TopologySelectorTerm>? AllowedTopologies { get; set; }
}

/// <summary>io.k8s.api.storage.v1.VolumeAttachment</summary>
public sealed class V1VolumeAttachment : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("storage.k8s.io", "v1", "VolumeAttachment");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "VolumeAttachment";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "storage.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VolumeAttachmentSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1VolumeAttachmentStatus? Status { get; set; }
}

/// <summary>io.k8s.api.storage.v1.VolumeAttachmentSource</summary>
public sealed class V1VolumeAttachmentSource
{
    [JsonPropertyName("persistentVolumeName")]
    public string? PersistentVolumeName { get; set; }

    [JsonPropertyName("inlineVolumeSpec")]
    public V1PersistentVolumeSpec? InlineVolumeSpec { get; set; }
}

/// <summary>io.k8s.api.storage.v1.VolumeAttachmentSpec</summary>
public sealed class V1VolumeAttachmentSpec
{
    [JsonPropertyName("attacher")]
    public string Attacher { get; set; } = "";

    [JsonPropertyName("source")]
    public V1VolumeAttachmentSource Source { get; set; } = new();

    [JsonPropertyName("nodeName")]
    public string NodeName { get; set; } = "";
}

/// <summary>io.k8s.api.storage.v1.VolumeAttachmentStatus</summary>
public sealed class V1VolumeAttachmentStatus
{
    [JsonPropertyName("attached")]
    public bool Attached { get; set; }

    [JsonPropertyName("attachmentMetadata")]
    public Dictionary<string, string>? AttachmentMetadata { get; set; }

    [JsonPropertyName("attachError")]
    public V1VolumeError? AttachError { get; set; }

    [JsonPropertyName("detachError")]
    public V1VolumeError? DetachError { get; set; }
}

/// <summary>io.k8s.api.storage.v1.VolumeError</summary>
public sealed class V1VolumeError
{
    [JsonPropertyName("time")]
    public DateTimeOffset? Time { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("errorCode")]
    public int? ErrorCode { get; set; }
}

/// <summary>io.k8s.api.storage.v1.VolumeNodeResources</summary>
public sealed class V1VolumeNodeResources
{
    [JsonPropertyName("count")]
    public int? Count { get; set; }
}

