// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.rbac.v1.AggregationRule</summary>
public sealed class V1AggregationRule
{
    [JsonPropertyName("clusterRoleSelectors")]
    public List<V1LabelSelector>? ClusterRoleSelectors { get; set; }
}

/// <summary>io.k8s.api.rbac.v1.ClusterRole</summary>
public sealed class V1ClusterRole : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("rbac.authorization.k8s.io", "v1", "ClusterRole");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ClusterRole";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "rbac.authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("rules")]
    public List<V1PolicyRule>? Rules { get; set; }

    [JsonPropertyName("aggregationRule")]
    public V1AggregationRule? AggregationRule { get; set; }
}

/// <summary>io.k8s.api.rbac.v1.ClusterRoleBinding</summary>
public sealed class V1ClusterRoleBinding : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ClusterRoleBinding";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "rbac.authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("subjects")]
    public List<Rbacv1Subject>? Subjects { get; set; }

    [JsonPropertyName("roleRef")]
    public V1RoleRef RoleRef { get; set; } = new();
}

/// <summary>io.k8s.api.rbac.v1.PolicyRule</summary>
public sealed class V1PolicyRule
{
    [JsonPropertyName("verbs")]
    public List<string> Verbs { get; set; } = [];

    [JsonPropertyName("apiGroups")]
    public List<string>? ApiGroups { get; set; }

    [JsonPropertyName("resources")]
    public List<string>? Resources { get; set; }

    [JsonPropertyName("resourceNames")]
    public List<string>? ResourceNames { get; set; }

    [JsonPropertyName("nonResourceURLs")]
    public List<string>? NonResourceURLs { get; set; }
}

/// <summary>io.k8s.api.rbac.v1.Role</summary>
public sealed class V1Role : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("rbac.authorization.k8s.io", "v1", "Role");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Role";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "rbac.authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("rules")]
    public List<V1PolicyRule>? Rules { get; set; }
}

/// <summary>io.k8s.api.rbac.v1.RoleBinding</summary>
public sealed class V1RoleBinding : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("rbac.authorization.k8s.io", "v1", "RoleBinding");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "RoleBinding";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "rbac.authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("subjects")]
    public List<Rbacv1Subject>? Subjects { get; set; }

    [JsonPropertyName("roleRef")]
    public V1RoleRef RoleRef { get; set; } = new();
}

/// <summary>io.k8s.api.rbac.v1.RoleRef</summary>
public sealed class V1RoleRef
{
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("apiGroup")]
    public string? ApiGroup { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.rbac.v1.Subject</summary>
public sealed class Rbacv1Subject
{
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("apiGroup")]
    public string? ApiGroup { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

