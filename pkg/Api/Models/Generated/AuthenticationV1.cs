// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.authentication.v1.BoundObjectReference</summary>
public sealed class V1BoundObjectReference
{
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.SelfSubjectReview</summary>
public sealed class V1SelfSubjectReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authentication.k8s.io", "v1", "SelfSubjectReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "SelfSubjectReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authentication.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("status")]
    public V1SelfSubjectReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.SelfSubjectReviewStatus</summary>
public sealed class V1SelfSubjectReviewStatus
{
    [JsonPropertyName("userInfo")]
    public V1UserInfo? UserInfo { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenRequest</summary>
public sealed class Authenticationv1TokenRequest : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authentication.k8s.io", "v1", "TokenRequest");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "TokenRequest";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authentication.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1TokenRequestSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1TokenRequestStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenRequestSpec</summary>
public sealed class V1TokenRequestSpec
{
    [JsonPropertyName("audiences")]
    public List<string>? Audiences { get; set; }

    [JsonPropertyName("boundObjectRef")]
    public V1BoundObjectReference? BoundObjectRef { get; set; }

    [JsonPropertyName("expirationSeconds")]
    public long? ExpirationSeconds { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenRequestStatus</summary>
public sealed class V1TokenRequestStatus
{
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("expirationTimestamp")]
    public DateTimeOffset? ExpirationTimestamp { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenReview</summary>
public sealed class V1TokenReview : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("authentication.k8s.io", "v1", "TokenReview");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "TokenReview";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "authentication.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1TokenReviewSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1TokenReviewStatus? Status { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenReviewSpec</summary>
public sealed class V1TokenReviewSpec
{
    [JsonPropertyName("token")]
    public string Token { get; set; } = "";

    [JsonPropertyName("audiences")]
    public List<string>? Audiences { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.TokenReviewStatus</summary>
public sealed class V1TokenReviewStatus
{
    [JsonPropertyName("authenticated")]
    public bool? Authenticated { get; set; }

    [JsonPropertyName("user")]
    public V1UserInfo? User { get; set; }

    [JsonPropertyName("error")]
    public string? Error { get; set; }

    [JsonPropertyName("audiences")]
    public List<string>? Audiences { get; set; }
}

/// <summary>io.k8s.api.authentication.v1.UserInfo</summary>
public sealed class V1UserInfo
{
    [JsonPropertyName("username")]
    public string? Username { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("groups")]
    public List<string>? Groups { get; set; }

    [JsonPropertyName("extra")]
    public Dictionary<string, List<string>>? Extra { get; set; }
}

