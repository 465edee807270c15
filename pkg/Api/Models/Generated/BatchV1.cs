// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.batch.v1.CronJob</summary>
public sealed class V1CronJob : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("batch", "v1", "CronJob");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "CronJob";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "batch/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1CronJobSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1CronJobStatus? Status { get; set; }
}

/// <summary>io.k8s.api.batch.v1.CronJobSpec</summary>
public sealed class V1CronJobSpec
{
    [JsonPropertyName("schedule")]
    public string Schedule { get; set; } = "";

    [JsonPropertyName("startingDeadlineSeconds")]
    public long? StartingDeadlineSeconds { get; set; }

    [JsonPropertyName("concurrencyPolicy")]
    public string? ConcurrencyPolicy { get; set; }

    [JsonPropertyName("suspend")]
    public bool? Suspend { get; set; }

    [JsonPropertyName("jobTemplate")]
    public V1JobTemplateSpec JobTemplate { get; set; } = new();

    [JsonPropertyName("successfulJobsHistoryLimit")]
    public int? SuccessfulJobsHistoryLimit { get; set; }

    [JsonPropertyName("failedJobsHistoryLimit")]
    public int? FailedJobsHistoryLimit { get; set; }

    [JsonPropertyName("timeZone")]
    public string? TimeZone { get; set; }
}

/// <summary>io.k8s.api.batch.v1.CronJobStatus</summary>
public sealed class V1CronJobStatus
{
    [JsonPropertyName("active")]
    public List<V1ObjectReference>? Active { get; set; }

    [JsonPropertyName("lastScheduleTime")]
    public DateTimeOffset? LastScheduleTime { get; set; }

    [JsonPropertyName("lastSuccessfulTime")]
    public DateTimeOffset? LastSuccessfulTime { get; set; }
}

/// <summary>io.k8s.api.batch.v1.Job</summary>
public sealed class V1Job : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("batch", "v1", "Job");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Job";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "batch/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1JobSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1JobStatus? Status { get; set; }
}

/// <summary>io.k8s.api.batch.v1.JobCondition</summary>
public sealed class V1JobCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("lastProbeTime")]
    public DateTimeOffset? LastProbeTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.batch.v1.JobSpec</summary>
public sealed class V1JobSpec
{
    [JsonPropertyName("parallelism")]
    public int? Parallelism { get; set; }

    [JsonPropertyName("completions")]
    public int? Completions { get; set; }

    [JsonPropertyName("activeDeadlineSeconds")]
    public long? ActiveDeadlineSeconds { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }

    [JsonPropertyName("manualSelector")]
    public bool? ManualSelector { get; set; }

    [JsonPropertyName("template")]
    public V1PodTemplateSpec Template { get; set; } = new();

    [JsonPropertyName("backoffLimit")]
    public int? BackoffLimit { get; set; }

    [JsonPropertyName("ttlSecondsAfterFinished")]
    public int? TtlSecondsAfterFinished { get; set; }

    [JsonPropertyName("completionMode")]
    public string? CompletionMode { get; set; }

    [JsonPropertyName("suspend")]
    public bool? Suspend { get; set; }

    [JsonPropertyName("podFailurePolicy")]
    public V1PodFailurePolicy? PodFailurePolicy { get; set; }

    [JsonPropertyName("backoffLimitPerIndex")]
    public int? BackoffLimitPerIndex { get; set; }

    [JsonPropertyName("maxFailedIndexes")]
    public int? MaxFailedIndexes { get; set; }

    [JsonPropertyName("podReplacementPolicy")]
    public string? PodReplacementPolicy { get; set; }

    [JsonPropertyName("managedBy")]
    public string? ManagedBy { get; set; }

    [JsonPropertyName("successPolicy")]
    public V1SuccessPolicy? SuccessPolicy { get; set; }
}

/// <summary>io.k8s.api.batch.v1.JobStatus</summary>
public sealed class V1JobStatus
{
    [JsonPropertyName("conditions")]
    public List<V1JobCondition>? Conditions { get; set; }

    [JsonPropertyName("startTime")]
    public DateTimeOffset? StartTime { get; set; }

    [JsonPropertyName("completionTime")]
    public DateTimeOffset? CompletionTime { get; set; }

    [JsonPropertyName("active")]
    public int? Active { get; set; }

    [JsonPropertyName("succeeded")]
    public int? Succeeded { get; set; }

    [JsonPropertyName("failed")]
    public int? Failed { get; set; }

    [JsonPropertyName("completedIndexes")]
    public string? CompletedIndexes { get; set; }

    [JsonPropertyName("uncountedTerminatedPods")]
    public V1UncountedTerminatedPods? UncountedTerminatedPods { get; set; }

    [JsonPropertyName("ready")]
    public int? Ready { get; set; }

    [JsonPropertyName("failedIndexes")]
    public string? FailedIndexes { get; set; }

    [JsonPropertyName("terminating")]
    public int? Terminating { get; set; }
}

/// <summary>io.k8s.api.batch.v1.JobTemplateSpec</summary>
public sealed class V1JobTemplateSpec
{
    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public V1JobSpec? Spec { get; set; }
}

/// <summary>io.k8s.api.batch.v1.PodFailurePolicy</summary>
public sealed class V1PodFailurePolicy
{
    [JsonPropertyName("rules")]
    public List<V1PodFailurePolicyRule> Rules { get; set; } = [];
}

/// <summary>io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement</summary>
public sealed class V1PodFailurePolicyOnExitCodesRequirement
{
    [JsonPropertyName("containerName")]
    public string? ContainerName { get; set; }

    [JsonPropertyName("operator")]
    public string Operator { get; set; } = "";

    [JsonPropertyName("values")]
    public List<int> Values { get; set; } = [];
}

/// <summary>io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern</summary>
public sealed class V1PodFailurePolicyOnPodConditionsPattern
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string? Status { get; set; }
}

/// <summary>io.k8s.api.batch.v1.PodFailurePolicyRule</summary>
public sealed class V1PodFailurePolicyRule
{
    [JsonPropertyName("action")]
    public string Action { get; set; } = "";

    [JsonPropertyName("onExitCodes")]
    public V1PodFailurePolicyOnExitCodesRequirement? OnExitCodes { get; set; }

    [JsonPropertyName("onPodConditions")]
    public List<V1PodFailurePolicyOnPodConditionsPattern>? OnPodConditions { get; set; }
}

/// <summary>io.k8s.api.batch.v1.SuccessPolicy</summary>
public sealed class V1SuccessPolicy
{
    [JsonPropertyName("rules")]
    public List<V1SuccessPolicyRule> Rules { get; set; } = [];
}

/// <summary>io.k8s.api.batch.v1.SuccessPolicyRule</summary>
public sealed class V1SuccessPolicyRule
{
    [JsonPropertyName("succeededIndexes")]
    public string? SucceededIndexes { get; set; }

    [JsonPropertyName("succeededCount")]
    public int? SucceededCount { get; set; }
}

/// <summary>io.k8s.api.batch.v1.UncountedTerminatedPods</summary>
public sealed class V1UncountedTerminatedPods
{
    [JsonPropertyName("succeeded")]
    public List<string>? Succeeded { get; set; }

    [JsonPropertyName("failed")]
    public List<string>? Failed { get; set; }
}

