// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.authorization.v1.FieldSelectorAttributes</summary>
public sealed class V1FieldSelectorAttributes
{
    [JsonPropertyName("rawSelector")]
    public string? RawSelector { get; set; }

    [JsonPropertyName("requirements")]
    public List<V1FieldSelectorRequirement>? Requirements { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.LabelSelectorAttributes</summary>
public sealed class V1LabelSelectorAttributes
{
    [JsonPropertyName("rawSelector")]
    public string? RawSelector { get; set; }

    [JsonPropertyName("requirements")]
    public List<V1LabelSelectorRequirement>? Requirements { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.LocalSubjectAccessReview</summary>
public sealed class V1LocalSubjectAccessReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authorization.k8s.io", "v1", "LocalSubjectAccessReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "LocalSubjectAccessReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1SubjectAccessReviewSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1SubjectAccessReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.NonResourceAttributes</summary>
public sealed class V1NonResourceAttributes
{
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("verb")]
    public string? Verb { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.NonResourceRule</summary>
public sealed class V1NonResourceRule
{
    [JsonPropertyName("verbs")]
    public List<string> Verbs { get; set; } = [];

    [JsonPropertyName("nonResourceURLs")]
    public List<string>? NonResourceURLs { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.ResourceAttributes</summary>
public sealed class V1ResourceAttributes
{
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    [JsonPropertyName("verb")]
    public string? Verb { get; set; }

    [JsonPropertyName("group")]
    public string? Group { get; set; }

    [JsonPropertyName("version")]
    public string? Version { get; set; }

    [JsonPropertyName("resource")]
    public string? Resource { get; set; }

    [JsonPropertyName("subresource")]
    public string? Subresource { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("fieldSelector")]
    public V1FieldSelectorAttributes? FieldSelector { get; set; }

    [JsonPropertyName("labelSelector")]
    public V1LabelSelectorAttributes? LabelSelector { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.ResourceRule</summary>
public sealed class V1ResourceRule
{
    [JsonPropertyName("verbs")]
    public List<string> Verbs { get; set; } = [];

    [JsonPropertyName("apiGroups")]
    public List<string>? ApiGroups { get; set; }

    [JsonPropertyName("resources")]
    public List<string>? Resources { get; set; }

    [JsonPropertyName("resourceNames")]
    public List<string>? ResourceNames { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SelfSubjectAccessReview</summary>
public sealed class V1SelfSubjectAccessReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authorization.k8s.io", "v1", "SelfSubjectAccessReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "SelfSubjectAccessReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1SelfSubjectAccessReviewSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1SubjectAccessReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec</summary>
public sealed class V1SelfSubjectAccessReviewSpec
{
    [JsonPropertyName("resourceAttributes")]
    public V1ResourceAttributes? ResourceAttributes { get; set; }

    [JsonPropertyName("nonResourceAttributes")]
    public V1NonResourceAttributes? NonResourceAttributes { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SelfSubjectRulesReview</summary>
public sealed class V1SelfSubjectRulesReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authorization.k8s.io", "v1", "SelfSubjectRulesReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "SelfSubjectRulesReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1SelfSubjectRulesReviewSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1SubjectRulesReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec</summary>
public sealed class V1SelfSubjectRulesReviewSpec
{
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SubjectAccessReview</summary>
public sealed class V1SubjectAccessReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authorization.k8s.io", "v1", "SubjectAccessReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "SubjectAccessReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authorization.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1SubjectAccessReviewSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1SubjectAccessReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SubjectAccessReviewSpec</summary>
public sealed class V1SubjectAccessReviewSpec
{
    [JsonPropertyName("resourceAttributes")]
    public V1ResourceAttributes? ResourceAttributes { get; set; }

    [JsonPropertyName("nonResourceAttributes")]
    public V1NonResourceAttributes? NonResourceAttributes { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("groups")]
    public List<string>? Groups { get; set; }

    [JsonPropertyName("extra")]
    public Dictionary<string, List<string>>? Extra { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SubjectAccessReviewStatus</summary>
public sealed class V1SubjectAccessReviewStatus
{
    [JsonPropertyName("allowed")]
    public bool Allowed { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("evaluationError")]
    public string? EvaluationError { get; set; }

    [JsonPropertyName("denied")]
    public bool? Denied { get; set; }
}

/// <summary>io.k8s.api.authorization.v1.SubjectRulesReviewStatus</summary>
public sealed class V1SubjectRulesReviewStatus
{
    [JsonPropertyName("resourceRules")]
    public List<V1ResourceRule> ResourceRules { get; set; } = [];

    [JsonPropertyName("nonResourceRules")]
    public List<V1NonResourceRule> NonResourceRules { get; set; } = [];

    [JsonPropertyName("incomplete")]
    public bool Incomplete { get; set; }

    [JsonPropertyName("evaluationError")]
    public string? EvaluationError { get; set; }
}

