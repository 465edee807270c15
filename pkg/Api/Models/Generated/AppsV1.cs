// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.apps.v1.ControllerRevision</summary>
public sealed class V1ControllerRevision : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("apps", "v1", "ControllerRevision");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ControllerRevision";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "apps/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("data")]
    public JsonNode? Data { get; set; }

    [JsonPropertyName("revision")]
    public long Revision { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DaemonSet</summary>
public sealed class V1DaemonSet : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("apps", "v1", "DaemonSet");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "DaemonSet";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "apps/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1DaemonSetSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1DaemonSetStatus? Status { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DaemonSetCondition</summary>
public sealed class V1DaemonSetCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DaemonSetSpec</summary>
public sealed class V1DaemonSetSpec
{
    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("template")]
    public V1PodTemplateSpec Template { get; set; } = new();

    [JsonPropertyName("updateStrategy")]
    public V1DaemonSetUpdateStrategy? UpdateStrategy { get; set; }

    [JsonPropertyName("minReadySeconds")]
    public int? MinReadySeconds { get; set; }

    [JsonPropertyName("revisionHistoryLimit")]
    public int? RevisionHistoryLimit { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DaemonSetStatus</summary>
public sealed class V1DaemonSetStatus
{
    [JsonPropertyName("currentNumberScheduled")]
    public int CurrentNumberScheduled { get; set; }

    [JsonPropertyName("numberMisscheduled")]
    public int NumberMisscheduled { get; set; }

    [JsonPropertyName("desiredNumberScheduled")]
    public int DesiredNumberScheduled { get; set; }

    [JsonPropertyName("numberReady")]
    public int NumberReady { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("updatedNumberScheduled")]
    public int? UpdatedNumberScheduled { get; set; }

    [JsonPropertyName("numberAvailable")]
    public int? NumberAvailable { get; set; }

    [JsonPropertyName("numberUnavailable")]
    public int? NumberUnavailable { get; set; }

    [JsonPropertyName("collisionCount")]
    public int? CollisionCount { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1DaemonSetCondition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DaemonSetUpdateStrategy</summary>
public sealed class V1DaemonSetUpdateStrategy
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("rollingUpdate")]
    public V1RollingUpdateDaemonSet? RollingUpdate { get; set; }
}

/// <summary>io.k8s.api.apps.v1.Deployment</summary>
public sealed class V1Deployment : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("apps", "v1", "Deployment");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Deployment";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "apps/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1DeploymentSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1DeploymentStatus? Status { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DeploymentCondition</summary>
public sealed class V1DeploymentCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("lastUpdateTime")]
    public DateTimeOffset? LastUpdateTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DeploymentSpec</summary>
public sealed class V1DeploymentSpec
{
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("template")]
    public V1PodTemplateSpec Template { get; set; } = new();

    [JsonPropertyName("strategy")]
    public V1DeploymentStrategy? Strategy { get; set; }

    [JsonPropertyName("minReadySeconds")]
    public int? MinReadySeconds { get; set; }

    [JsonPropertyName("revisionHistoryLimit")]
    public int? RevisionHistoryLimit { get; set; }

    [JsonPropertyName("paused")]
    public bool? Paused { get; set; }

    [JsonPropertyName("progressDeadlineSeconds")]
    public int? ProgressDeadlineSeconds { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DeploymentStatus</summary>
public sealed class V1DeploymentStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    [JsonPropertyName("updatedReplicas")]
    public int? UpdatedReplicas { get; set; }

    [JsonPropertyName("availableReplicas")]
    public int? AvailableReplicas { get; set; }

    [JsonPropertyName("unavailableReplicas")]
    public int? UnavailableReplicas { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1DeploymentCondition>? Conditions { get; set; }

    [JsonPropertyName("readyReplicas")]
    public int? ReadyReplicas { get; set; }

    [JsonPropertyName("collisionCount")]
    public int? CollisionCount { get; set; }

    [JsonPropertyName("terminatingReplicas")]
    public int? TerminatingReplicas { get; set; }
}

/// <summary>io.k8s.api.apps.v1.DeploymentStrategy</summary>
public sealed class V1DeploymentStrategy
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("rollingUpdate")]
    public V1RollingUpdateDeployment? RollingUpdate { get; set; }
}

/// <summary>io.k8s.api.apps.v1.ReplicaSet</summary>
public sealed class V1ReplicaSet : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("apps", "v1", "ReplicaSet");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ReplicaSet";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "apps/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ReplicaSetSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ReplicaSetStatus? Status { get; set; }
}

/// <summary>io.k8s.api.apps.v1.ReplicaSetCondition</summary>
public sealed class V1ReplicaSetCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.apps.v1.ReplicaSetSpec</summary>
public sealed class V1ReplicaSetSpec
{
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("template")]
    public V1PodTemplateSpec? Template { get; set; }

    [JsonPropertyName("minReadySeconds")]
    public int? MinReadySeconds { get; set; }
}

/// <summary>io.k8s.api.apps.v1.ReplicaSetStatus</summary>
public sealed class V1ReplicaSetStatus
{
    [JsonPropertyName("replicas")]
    public int Replicas { get; set; }

    [JsonPropertyName("fullyLabeledReplicas")]
    public int? FullyLabeledReplicas { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("readyReplicas")]
    public int? ReadyReplicas { get; set; }

    [JsonPropertyName("availableReplicas")]
    public int? AvailableReplicas { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1ReplicaSetCondition>? Conditions { get; set; }

    [JsonPropertyName("terminatingReplicas")]
    public int? TerminatingReplicas { get; set; }
}

/// <summary>io.k8s.api.apps.v1.RollingUpdateDaemonSet</summary>
public sealed class V1RollingUpdateDaemonSet
{
    [JsonPropertyName("maxUnavailable")]
    public IntOrString? MaxUnavailable { get; set; }

    [JsonPropertyName("maxSurge")]
    public IntOrString? MaxSurge { get; set; }
}

/// <summary>io.k8s.api.apps.v1.RollingUpdateDeployment</summary>
public sealed class V1RollingUpdateDeployment
{
    [JsonPropertyName("maxUnavailable")]
    public IntOrString? MaxUnavailable { get; set; }

    [JsonPropertyName("maxSurge")]
    public IntOrString? MaxSurge { get; set; }
}

/// <summary>io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy</summary>
public sealed class V1RollingUpdateStatefulSetStrategy
{
    [JsonPropertyName("partition")]
    public int? Partition { get; set; }

    [JsonPropertyName("maxUnavailable")]
    public IntOrString? MaxUnavailable { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSet</summary>
public sealed class V1StatefulSet : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("apps", "v1", "StatefulSet");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "StatefulSet";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "apps/v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1StatefulSetSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1StatefulSetStatus? Status { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetCondition</summary>
public sealed class V1StatefulSetCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetOrdinals</summary>
public sealed class V1StatefulSetOrdinals
{
    [JsonPropertyName("start")]
    public int? Start { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy</summary>
public sealed class V1StatefulSetPersistentVolumeClaimRetentionPolicy
{
    [JsonPropertyName("whenDeleted")]
    public string? WhenDeleted { get; set; }

    [JsonPropertyName("whenScaled")]
    public string? WhenScaled { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetSpec</summary>
public sealed class V1StatefulSetSpec
{
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("template")]
    public V1PodTemplateSpec Template { get; set; } = new();

    [JsonPropertyName("volumeClaimTemplates")]
    public List<V1PersistentVolumeClaim>? VolumeClaimTemplates { get; set; }

    [JsonPropertyName("serviceName")]
    public string? ServiceName { get; set; }

    [JsonPropertyName("podManagementPolicy")]
    public string? PodManagementPolicy { get; set; }

    [JsonPropertyName("updateStrategy")]
    public V1StatefulSetUpdateStrategy? UpdateStrategy { get; set; }

    [JsonPropertyName("revisionHistoryLimit")]
    public int? RevisionHistoryLimit { get; set; }

    [JsonPropertyName("minReadySeconds")]
    public int? MinReadySeconds { get; set; }

    [JsonPropertyName("persistentVolumeClaimRetentionPolicy")]
    public V1StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; set; }

    [JsonPropertyName("ordinals")]
    public V1StatefulSetOrdinals? Ordinals { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetStatus</summary>
public sealed class V1StatefulSetStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("replicas")]
    public int Replicas { get; set; }

    [JsonPropertyName("readyReplicas")]
    public int? ReadyReplicas { get; set; }

    [JsonPropertyName("currentReplicas")]
    public int? CurrentReplicas { get; set; }

    [JsonPropertyName("updatedReplicas")]
    public int? UpdatedReplicas { get; set; }

    [JsonPropertyName("currentRevision")]
    public string? CurrentRevision { get; set; }

    [JsonPropertyName("updateRevision")]
    public string? UpdateRevision { get; set; }

    [JsonPropertyName("collisionCount")]
    public int? CollisionCount { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1StatefulSetCondition>? Conditions { get; set; }

    [JsonPropertyName("availableReplicas")]
    public int? AvailableReplicas { get; set; }
}

/// <summary>io.k8s.api.apps.v1.StatefulSetUpdateStrategy</summary>
public sealed class V1StatefulSetUpdateStrategy
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("rollingUpdate")]
    public V1RollingUpdateStatefulSetStrategy? RollingUpdate { get; set; }
}

