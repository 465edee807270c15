// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.node.v1.Overhead</summary>
public sealed class V1Overhead
{
    [JsonPropertyName("podFixed")]
    public Dictionary<string, ResourceQuantity>? PodFixed { get; set; }
}

/// <summary>io.k8s.api.node.v1.RuntimeClass</summary>
public sealed class V1RuntimeClass : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("node.k8s.io", "v1", "RuntimeClass");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "RuntimeClass";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "node.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("handler")]
    public string Handler { get; set; } = "";

    [JsonPropertyName("overhead")]
    public V1Overhead? Overhead { get; set; }

    [JsonPropertyName("scheduling")]
    public V1Scheduling? Scheduling { get; set; }
}

/// <summary>io.k8s.api.node.v1.Scheduling</summary>
public sealed class V1Scheduling
{
    [JsonPropertyName("nodeSelector")]
    public Dictionary<string, string>? NodeSelector { get; set; }

    [JsonPropertyName("tolerations")]
    public List<V1Toleration>? Tolerations { get; set; }
}

