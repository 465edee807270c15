// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.certificates.v1.CertificateSigningRequest</summary>
public sealed class V1CertificateSigningRequest : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("certificates.k8s.io", "v1", "CertificateSigningRequest");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "CertificateSigningRequest";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "certificates.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1CertificateSigningRequestSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1CertificateSigningRequestStatus? Status { get; set; }
}

/// <summary>io.k8s.api.certificates.v1.CertificateSigningRequestCondition</summary>
public sealed class V1CertificateSigningRequestCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("lastUpdateTime")]
    public DateTimeOffset? LastUpdateTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";
}

/// <summary>io.k8s.api.certificates.v1.CertificateSigningRequestSpec</summary>
public sealed class V1CertificateSigningRequestSpec
{
    [JsonPropertyName("request")]
    public byte[] Request { get; set; } = [];

    [JsonPropertyName("username")]
    public string? Username { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("groups")]
    public List<string>? Groups { get; set; }

    [JsonPropertyName("usages")]
    public List<string>? Usages { get; set; }

    [JsonPropertyName("extra")]
    public Dictionary<string, List<string>>? Extra { get; set; }

    [JsonPropertyName("signerName")]
    public string SignerName { get; set; } = "";

    [JsonPropertyName("expirationSeconds")]
    public int? ExpirationSeconds { get; set; }
}

/// <summary>io.k8s.api.certificates.v1.CertificateSigningRequestStatus</summary>
public sealed class V1CertificateSigningRequestStatus
{
    [JsonPropertyName("conditions")]
    public List<V1CertificateSigningRequestCondition>? Conditions { get; set; }

    [JsonPropertyName("certificate")]
    public byte[]? Certificate { get; set; }
}

