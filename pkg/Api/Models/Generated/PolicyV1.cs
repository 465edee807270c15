// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.policy.v1.Eviction</summary>
public sealed class V1Eviction : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("policy", "v1", "Eviction");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Eviction";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "policy/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("deleteOptions")]
    public V1DeleteOptions? DeleteOptions { get; set; }
}

/// <summary>io.k8s.api.policy.v1.PodDisruptionBudget</summary>
public sealed class V1PodDisruptionBudget : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("policy", "v1", "PodDisruptionBudget");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PodDisruptionBudget";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "policy/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1PodDisruptionBudgetSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1PodDisruptionBudgetStatus? Status { get; set; }
}

/// <summary>io.k8s.api.policy.v1.PodDisruptionBudgetSpec</summary>
public sealed class V1PodDisruptionBudgetSpec
{
    [JsonPropertyName("minAvailable")]
    public IntOrString? MinAvailable { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }

    [JsonPropertyName("maxUnavailable")]
    public IntOrString? MaxUnavailable { get; set; }

    [JsonPropertyName("unhealthyPodEvictionPolicy")]
    public string? UnhealthyPodEvictionPolicy { get; set; }
}

/// <summary>io.k8s.api.policy.v1.PodDisruptionBudgetStatus</summary>
public sealed class V1PodDisruptionBudgetStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("disruptedPods")]
    public Dictionary<string, DateTimeOffset>? DisruptedPods { get; set; }

    [JsonPropertyName("disruptionsAllowed")]
    public int? DisruptionsAllowed { get; set; }

    [JsonPropertyName("currentHealthy")]
    public int? CurrentHealthy { get; set; }

    [JsonPropertyName("desiredHealthy")]
    public int? DesiredHealthy { get; set; }

    [JsonPropertyName("expectedPods")]
    public int? ExpectedPods { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1Condition>? Conditions { get; set; }
}

