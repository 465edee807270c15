// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration</summary>
public sealed class V1ExemptPriorityLevelConfiguration
{
    [JsonPropertyName("nominalConcurrencyShares")]
    public int? NominalConcurrencyShares { get; set; }

    [JsonPropertyName("lendablePercent")]
    public int? LendablePercent { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod</summary>
public sealed class V1FlowDistinguisherMethod
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";
}

/// <summary>io.k8s.api.flowcontrol.v1.FlowSchema</summary>
public sealed class V1FlowSchema : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "FlowSchema";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "flowcontrol.apiserver.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1FlowSchemaSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1FlowSchemaStatus? Status { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.FlowSchemaCondition</summary>
public sealed class V1FlowSchemaCondition
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.FlowSchemaSpec</summary>
public sealed class V1FlowSchemaSpec
{
    [JsonPropertyName("priorityLevelConfiguration")]
    public V1PriorityLevelConfigurationReference PriorityLevelConfiguration { get; set; } = new();

    [JsonPropertyName("matchingPrecedence")]
    public int? MatchingPrecedence { get; set; }

    [JsonPropertyName("distinguisherMethod")]
    public V1FlowDistinguisherMethod? DistinguisherMethod { get; set; }

    [JsonPropertyName("rules")]
    public List<V1PolicyRulesWithSubjects>? Rules { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.FlowSchemaStatus</summary>
public sealed class V1FlowSchemaStatus
{
    [JsonPropertyName("conditions")]
    public List<V1FlowSchemaCondition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.GroupSubject</summary>
public sealed class V1GroupSubject
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.flowcontrol.v1.LimitResponse</summary>
public sealed class V1LimitResponse
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("queuing")]
    public V1QueuingConfiguration? Queuing { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration</summary>
public sealed class V1LimitedPriorityLevelConfiguration
{
    [JsonPropertyName("nominalConcurrencyShares")]
    public int? NominalConcurrencyShares { get; set; }

    [JsonPropertyName("limitResponse")]
    public V1LimitResponse? LimitResponse { get; set; }

    [JsonPropertyName("lendablePercent")]
    public int? LendablePercent { get; set; }

    [JsonPropertyName("borrowingLimitPercent")]
    public int? BorrowingLimitPercent { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.NonResourcePolicyRule</summary>
public sealed class V1NonResourcePolicyRule
{
    [JsonPropertyName("verbs")]
    public List<string> Verbs { get; set; } = [];

    [JsonPropertyName("nonResourceURLs")]
    public List<string> NonResourceURLs { get; set; } = [];
}

/// <summary>io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects</summary>
public sealed class V1PolicyRulesWithSubjects
{
    [JsonPropertyName("subjects")]
    public List<Flowcontrolv1Subject> Subjects { get; set; } = [];

    [JsonPropertyName("resourceRules")]
    public List<V1ResourcePolicyRule>? ResourceRules { get; set; }

    [JsonPropertyName("nonResourceRules")]
    public List<V1NonResourcePolicyRule>? NonResourceRules { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration</summary>
public sealed class V1PriorityLevelConfiguration : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PriorityLevelConfiguration";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "flowcontrol.apiserver.k8s.io/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1PriorityLevelConfigurationSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1PriorityLevelConfigurationStatus? Status { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition</summary>
public sealed class V1PriorityLevelConfigurationCondition
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference</summary>
public sealed class V1PriorityLevelConfigurationReference
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec</summary>
public sealed class V1PriorityLevelConfigurationSpec
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("limited")]
    public V1LimitedPriorityLevelConfiguration? Limited { get; set; }

    [JsonPropertyName("exempt")]
    public V1ExemptPriorityLevelConfiguration? Exempt { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus</summary>
public sealed class V1PriorityLevelConfigurationStatus
{
    [JsonPropertyName("conditions")]
    public List<V1PriorityLevelConfigurationCondition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.QueuingConfiguration</summary>
public sealed class V1QueuingConfiguration
{
    [JsonPropertyName("queues")]
    public int? Queues { get; set; }

    [JsonPropertyName("handSize")]
    public int? HandSize { get; set; }

    [JsonPropertyName("queueLengthLimit")]
    public int? QueueLengthLimit { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.ResourcePolicyRule</summary>
public sealed class V1ResourcePolicyRule
{
    [JsonPropertyName("verbs")]
    public List<string> Verbs { get; set; } = [];

    [JsonPropertyName("apiGroups")]
    public List<string> ApiGroups { get; set; } = [];

    [JsonPropertyName("resources")]
    public List<string> Resources { get; set; } = [];

    [JsonPropertyName("clusterScope")]
    public bool? ClusterScope { get; set; }

    [JsonPropertyName("namespaces")]
    public List<string>? Namespaces { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.ServiceAccountSubject</summary>
public sealed class V1ServiceAccountSubject
{
    [JsonPropertyName("namespace")]
    public string Namespace { get; set; } = "";

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.flowcontrol.v1.Subject</summary>
public sealed class Flowcontrolv1Subject
{
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("user")]
    public V1UserSubject? User { get; set; }

    [JsonPropertyName("group")]
    public V1GroupSubject? Group { get; set; }

    [JsonPropertyName("serviceAccount")]
    public V1ServiceAccountSubject? ServiceAccount { get; set; }
}

/// <summary>io.k8s.api.flowcontrol.v1.UserSubject</summary>
public sealed class V1UserSubject
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

