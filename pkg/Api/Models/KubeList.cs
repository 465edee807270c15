using System.Text.Json.Serialization;

namespace Kube1.Api.Models;

/// <summary>The list form of a kind: PodList, NodeList, ….</summary>
public sealed class KubeList<T>
{
    /// <summary>The kind of the list, "PodList".</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    /// <summary>Group and version of the list.</summary>
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    /// <summary>The revision of the list and the token for its next page.</summary>
    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; } = new();

    /// <summary>The objects, in key order.</summary>
    [JsonPropertyName("items")]
    public List<T> Items { get; set; } = [];
}
