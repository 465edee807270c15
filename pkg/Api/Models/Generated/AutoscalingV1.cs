// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.autoscaling.v1.Scale</summary>
public sealed class V1Scale : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("autoscaling", "v1", "Scale");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Scale";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "autoscaling/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ScaleSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ScaleStatus? Status { get; set; }
}

/// <summary>io.k8s.api.autoscaling.v1.ScaleSpec</summary>
public sealed class V1ScaleSpec
{
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }
}

/// <summary>io.k8s.api.autoscaling.v1.ScaleStatus</summary>
public sealed class V1ScaleStatus
{
    [JsonPropertyName("replicas")]
    public int Replicas { get; set; }

    [JsonPropertyName("selector")]
    public string? Selector { get; set; }
}

