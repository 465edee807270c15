// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.networking.v1.HTTPIngressPath</summary>
public sealed class V1HTTPIngressPath
{
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("backend")]
    public V1IngressBackend Backend { get; set; } = new();

    [JsonPropertyName("pathType")]
    public string PathType { get; set; } = "";
}

/// <summary>io.k8s.api.networking.v1.HTTPIngressRuleValue</summary>
public sealed class V1HTTPIngressRuleValue
{
    [JsonPropertyName("paths")]
    public List<V1HTTPIngressPath> Paths { get; set; } = [];
}

/// <summary>io.k8s.api.networking.v1.IPAddress</summary>
public sealed class V1IPAddress : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("networking.k8s.io", "v1", "IPAddress");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "IPAddress";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "networking.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1IPAddressSpec Spec { get; set; } = new();
}

/// <summary>io.k8s.api.networking.v1.IPAddressSpec</summary>
public sealed class V1IPAddressSpec
{
    [JsonPropertyName("parentRef")]
    public V1ParentReference ParentRef { get; set; } = new();
}

/// <summary>io.k8s.api.networking.v1.IPBlock</summary>
public sealed class V1IPBlock
{
    [JsonPropertyName("cidr")]
    public string Cidr { get; set; } = "";

    [JsonPropertyName("except")]
    public List<string>? Except { get; set; }
}

/// <summary>io.k8s.api.networking.v1.Ingress</summary>
public sealed class V1Ingress : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("networking.k8s.io", "v1", "Ingress");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Ingress";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "networking.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1IngressSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1IngressStatus? Status { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressBackend</summary>
public sealed class V1IngressBackend
{
    [JsonPropertyName("resource")]
    public V1TypedLocalObjectReference? Resource { get; set; }

    [JsonPropertyName("service")]
    public V1IngressServiceBackend? Service { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressClass</summary>
public sealed class V1IngressClass : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("networking.k8s.io", "v1", "IngressClass");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "IngressClass";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "networking.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1IngressClassSpec? Spec { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressClassParametersReference</summary>
public sealed class V1IngressClassParametersReference
{
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("apiGroup")]
    public string? ApiGroup { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("scope")]
    public string? Scope { get; set; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressClassSpec</summary>
public sealed class V1IngressClassSpec
{
    [JsonPropertyName("controller")]
    public string? Controller { get; set; }

    [JsonPropertyName("parameters")]
    public V1IngressClassParametersReference? Parameters { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressLoadBalancerIngress</summary>
public sealed class V1IngressLoadBalancerIngress
{
    [JsonPropertyName("ip")]
    public string? Ip { get; set; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("ports")]
    public List<V1IngressPortStatus>? Ports { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressLoadBalancerStatus</summary>
public sealed class V1IngressLoadBalancerStatus
{
    [JsonPropertyName("ingress")]
    public List<V1IngressLoadBalancerIngress>? Ingress { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressPortStatus</summary>
public sealed class V1IngressPortStatus
{
    [JsonPropertyName("port")]
    public int Port { get; set; }

    [JsonPropertyName("protocol")]
    public string Protocol { get; set; } = "";

    [JsonPropertyName("error")]
    public string? Error { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressRule</summary>
public sealed class V1IngressRule
{
    [JsonPropertyName("host")]
    public string? Host { get; set; }

    [JsonPropertyName("http")]
    public V1HTTPIngressRuleValue? Http { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressServiceBackend</summary>
public sealed class V1IngressServiceBackend
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("port")]
    public V1ServiceBackendPort? Port { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressSpec</summary>
public sealed class V1IngressSpec
{
    [JsonPropertyName("defaultBackend")]
    public V1IngressBackend? DefaultBackend { get; set; }

    [JsonPropertyName("tls")]
    public List<V1IngressTLS>? Tls { get; set; }

    [JsonPropertyName("rules")]
    public List<V1IngressRule>? Rules { get; set; }

    [JsonPropertyName("ingressClassName")]
    public string? IngressClassName { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressStatus</summary>
public sealed class V1IngressStatus
{
    [JsonPropertyName("loadBalancer")]
    public V1IngressLoadBalancerStatus? LoadBalancer { get; set; }
}

/// <summary>io.k8s.api.networking.v1.IngressTLS</summary>
public sealed class V1IngressTLS
{
    [JsonPropertyName("hosts")]
    public List<string>? Hosts { get; set; }

    [JsonPropertyName("secretName")]
    public string? SecretName { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicy</summary>
public sealed class V1NetworkPolicy : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("networking.k8s.io", "v1", "NetworkPolicy");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "NetworkPolicy";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "networking.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1NetworkPolicySpec? Spec { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicyEgressRule</summary>
public sealed class V1NetworkPolicyEgressRule
{
    [JsonPropertyName("ports")]
    public List<V1NetworkPolicyPort>? Ports { get; set; }

    [JsonPropertyName("to")]
    public List<V1NetworkPolicyPeer>? To { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicyIngressRule</summary>
public sealed class V1NetworkPolicyIngressRule
{
    [JsonPropertyName("ports")]
    public List<V1NetworkPolicyPort>? Ports { get; set; }

    [JsonPropertyName("from")]
    public List<V1NetworkPolicyPeer>? From { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicyPeer</summary>
public sealed class V1NetworkPolicyPeer
{
    [JsonPropertyName("podSelector")]
    public V1LabelSelector? PodSelector { get; set; }

    [JsonPropertyName("namespaceSelector")]
    public V1LabelSelector? NamespaceSelector { get; set; }

    [JsonPropertyName("ipBlock")]
    public V1IPBlock? IpBlock { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicyPort</summary>
public sealed class V1NetworkPolicyPort
{
    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("port")]
    public IntOrString? Port { get; set; }

    [JsonPropertyName("endPort")]
    public int? EndPort { get; set; }
}

/// <summary>io.k8s.api.networking.v1.NetworkPolicySpec</summary>
public sealed class V1NetworkPolicySpec
{
    [JsonPropertyName("podSelector")]
    public V1LabelSelector? PodSelector { get; set; }

    [JsonPropertyName("ingress")]
    public List<V1NetworkPolicyIngressRule>? Ingress { get; set; }

    [JsonPropertyName("egress")]
    public List<V1NetworkPolicyEgressRule>? Egress { get; set; }

    [JsonPropertyName("policyTypes")]
    public List<string>? PolicyTypes { get; set; }
}

/// <summary>io.k8s.api.networking.v1.ParentReference</summary>
public sealed class V1ParentReference
{
    [JsonPropertyName("group")]
    public string? Group { get; set; }

    [JsonPropertyName("resource")]
    public string Resource { get; set; } = "";

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.networking.v1.ServiceBackendPort</summary>
public sealed class V1ServiceBackendPort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("number")]
    public int? Number { get; set; }
}

/// <summary>io.k8s.api.networking.v1.ServiceCIDR</summary>
public sealed class V1ServiceCIDR : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("networking.k8s.io", "v1", "ServiceCIDR");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ServiceCIDR";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "networking.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ServiceCIDRSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ServiceCIDRStatus? Status { get; set; }
}

/// <summary>io.k8s.api.networking.v1.ServiceCIDRSpec</summary>
public sealed class V1ServiceCIDRSpec
{
    [JsonPropertyName("cidrs")]
    public List<string>? Cidrs { get; set; }
}

/// <summary>io.k8s.api.networking.v1.ServiceCIDRStatus</summary>
public sealed class V1ServiceCIDRStatus
{
    [JsonPropertyName("conditions")]
    public List<V1Condition>? Conditions { get; set; }
}

