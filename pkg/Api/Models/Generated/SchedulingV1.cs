// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.scheduling.v1.PriorityClass</summary>
public sealed class V1PriorityClass : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("scheduling.k8s.io", "v1", "PriorityClass");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PriorityClass";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "scheduling.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("value")]
    public int? Value { get; set; }

    [JsonPropertyName("globalDefault")]
    public bool? GlobalDefault { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("preemptionPolicy")]
    public string? PreemptionPolicy { get; set; }
}

