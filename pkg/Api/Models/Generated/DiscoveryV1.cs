// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.discovery.v1.Endpoint</summary>
public sealed class V1Endpoint
{
    [JsonPropertyName("addresses")]
    public List<string> Addresses { get; set; } = [];

    [JsonPropertyName("conditions")]
    public V1EndpointConditions? Conditions { get; set; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("targetRef")]
    public V1ObjectReference? TargetRef { get; set; }

    [JsonPropertyName("deprecatedTopology")]
    public Dictionary<string, string>? DeprecatedTopology { get; set; }

    [JsonPropertyName("nodeName")]
    public string? NodeName { get; set; }

    [JsonPropertyName("zone")]
    public string? Zone { get; set; }

    [JsonPropertyName("hints")]
    public V1EndpointHints? Hints { get; set; }
}

/// <summary>io.k8s.api.discovery.v1.EndpointConditions</summary>
public sealed class V1EndpointConditions
{
    [JsonPropertyName("ready")]
    public bool? Ready { get; set; }

    [JsonPropertyName("serving")]
    public bool? Serving { get; set; }

    [JsonPropertyName("terminating")]
    public bool? Terminating { get; set; }
}

/// <summary>io.k8s.api.discovery.v1.EndpointHints</summary>
public sealed class V1EndpointHints
{
    [JsonPropertyName("forZones")]
    public List<V1ForZone>? ForZones { get; set; }

    [JsonPropertyName("forNodes")]
    public List<V1ForNode>? ForNodes { get; set; }
}

/// <summary>io.k8s.api.discovery.v1.EndpointPort</summary>
public sealed class Discoveryv1EndpointPort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("port")]
    public int? Port { get; set; }

    [JsonPropertyName("appProtocol")]
    public string? AppProtocol { get; set; }
}

/// <summary>io.k8s.api.discovery.v1.EndpointSlice</summary>
public sealed class V1EndpointSlice : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("discovery.k8s.io", "v1", "EndpointSlice");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "EndpointSlice";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "discovery.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("endpoints")]
    public List<V1Endpoint>? Endpoints { get; set; }

    [JsonPropertyName("ports")]
    public List<Discoveryv1EndpointPort>? Ports { get; set; }

    [JsonPropertyName("addressType")]
    public string AddressType { get; set; } = "";
}

/// <summary>io.k8s.api.discovery.v1.ForNode</summary>
public sealed class V1ForNode
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.discovery.v1.ForZone</summary>
public sealed class V1ForZone
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

