// Written by `build.sh models` from Schema/Tables/types.tsv. Change the table or the generator, not this file.
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kube1.Api.Models;
/// <summary>io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource</summary>
public sealed class V1AWSElasticBlockStoreVolumeSource
{
    [JsonPropertyName("volumeID")]
    public string VolumeID { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("partition")]
    public int? Partition { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.Affinity</summary>
public sealed class V1Affinity
{
    [JsonPropertyName("nodeAffinity")]
    public V1NodeAffinity? NodeAffinity { get; set; }

    [JsonPropertyName("podAffinity")]
    public V1PodAffinity? PodAffinity { get; set; }

    [JsonPropertyName("podAntiAffinity")]
    public V1PodAntiAffinity? PodAntiAffinity { get; set; }
}

/// <summary>io.k8s.api.core.v1.AppArmorProfile</summary>
public sealed class V1AppArmorProfile
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("localhostProfile")]
    public string? LocalhostProfile { get; set; }
}

/// <summary>io.k8s.api.core.v1.AttachedVolume</summary>
public sealed class V1AttachedVolume
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("devicePath")]
    public string DevicePath { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.AzureDiskVolumeSource</summary>
public sealed class V1AzureDiskVolumeSource
{
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("diskName")]
    public string DiskName { get; set; } = "";

    [JsonPropertyName("diskURI")]
    public string DiskURI { get; set; } = "";

    [JsonPropertyName("cachingMode")]
    public string? CachingMode { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.AzureFilePersistentVolumeSource</summary>
public sealed class V1AzureFilePersistentVolumeSource
{
    [JsonPropertyName("secretName")]
    public string SecretName { get; set; } = "";

    [JsonPropertyName("shareName")]
    public string ShareName { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("secretNamespace")]
    public string? SecretNamespace { get; set; }
}

/// <summary>io.k8s.api.core.v1.AzureFileVolumeSource</summary>
public sealed class V1AzureFileVolumeSource
{
    [JsonPropertyName("secretName")]
    public string SecretName { get; set; } = "";

    [JsonPropertyName("shareName")]
    public string ShareName { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.Binding</summary>
public sealed class V1Binding : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Binding");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Binding";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("target")]
    public V1ObjectReference Target { get; set; } = new();
}

/// <summary>io.k8s.api.core.v1.CSIPersistentVolumeSource</summary>
public sealed class V1CSIPersistentVolumeSource
{
    [JsonPropertyName("driver")]
    public string Driver { get; set; } = "";

    [JsonPropertyName("volumeHandle")]
    public string VolumeHandle { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("volumeAttributes")]
    public Dictionary<string, string>? VolumeAttributes { get; set; }

    [JsonPropertyName("controllerPublishSecretRef")]
    public V1SecretReference? ControllerPublishSecretRef { get; set; }

    [JsonPropertyName("nodeStageSecretRef")]
    public V1SecretReference? NodeStageSecretRef { get; set; }

    [JsonPropertyName("nodePublishSecretRef")]
    public V1SecretReference? NodePublishSecretRef { get; set; }

    [JsonPropertyName("controllerExpandSecretRef")]
    public V1SecretReference? ControllerExpandSecretRef { get; set; }

    [JsonPropertyName("nodeExpandSecretRef")]
    public V1SecretReference? NodeExpandSecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.CSIVolumeSource</summary>
public sealed class V1CSIVolumeSource
{
    [JsonPropertyName("driver")]
    public string Driver { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("volumeAttributes")]
    public Dictionary<string, string>? VolumeAttributes { get; set; }

    [JsonPropertyName("nodePublishSecretRef")]
    public V1LocalObjectReference? NodePublishSecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.Capabilities</summary>
public sealed class V1Capabilities
{
    [JsonPropertyName("add")]
    public List<string>? Add { get; set; }

    [JsonPropertyName("drop")]
    public List<string>? Drop { get; set; }
}

/// <summary>io.k8s.api.core.v1.CephFSPersistentVolumeSource</summary>
public sealed class V1CephFSPersistentVolumeSource
{
    [JsonPropertyName("monitors")]
    public List<string> Monitors { get; set; } = [];

    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("secretFile")]
    public string? SecretFile { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.CephFSVolumeSource</summary>
public sealed class V1CephFSVolumeSource
{
    [JsonPropertyName("monitors")]
    public List<string> Monitors { get; set; } = [];

    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("secretFile")]
    public string? SecretFile { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.CinderPersistentVolumeSource</summary>
public sealed class V1CinderPersistentVolumeSource
{
    [JsonPropertyName("volumeID")]
    public string VolumeID { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretReference? SecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.CinderVolumeSource</summary>
public sealed class V1CinderVolumeSource
{
    [JsonPropertyName("volumeID")]
    public string VolumeID { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.ClientIPConfig</summary>
public sealed class V1ClientIPConfig
{
    [JsonPropertyName("timeoutSeconds")]
    public int? TimeoutSeconds { get; set; }
}

/// <summary>io.k8s.api.core.v1.ClusterTrustBundleProjection</summary>
public sealed class V1ClusterTrustBundleProjection
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("signerName")]
    public string? SignerName { get; set; }

    [JsonPropertyName("labelSelector")]
    public V1LabelSelector? LabelSelector { get; set; }

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.ConfigMap</summary>
public sealed class V1ConfigMap : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "ConfigMap");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ConfigMap";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("data")]
    public Dictionary<string, string>? Data { get; set; }

    [JsonPropertyName("binaryData")]
    public Dictionary<string, byte[]>? BinaryData { get; set; }

    [JsonPropertyName("immutable")]
    public bool? Immutable { get; set; }
}

/// <summary>io.k8s.api.core.v1.ConfigMapEnvSource</summary>
public sealed class V1ConfigMapEnvSource
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.ConfigMapKeySelector</summary>
public sealed class V1ConfigMapKeySelector
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.ConfigMapNodeConfigSource</summary>
public sealed class V1ConfigMapNodeConfigSource
{
    [JsonPropertyName("namespace")]
    public string Namespace { get; set; } = "";

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }

    [JsonPropertyName("kubeletConfigKey")]
    public string KubeletConfigKey { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.ConfigMapProjection</summary>
public sealed class V1ConfigMapProjection
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("items")]
    public List<V1KeyToPath>? Items { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.ConfigMapVolumeSource</summary>
public sealed class V1ConfigMapVolumeSource
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("items")]
    public List<V1KeyToPath>? Items { get; set; }

    [JsonPropertyName("defaultMode")]
    public int? DefaultMode { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.Container</summary>
public sealed class V1Container
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("image")]
    public string? Image { get; set; }

    [JsonPropertyName("command")]
    public List<string>? Command { get; set; }

    [JsonPropertyName("args")]
    public List<string>? Args { get; set; }

    [JsonPropertyName("workingDir")]
    public string? WorkingDir { get; set; }

    [JsonPropertyName("ports")]
    public List<V1ContainerPort>? Ports { get; set; }

    [JsonPropertyName("env")]
    public List<V1EnvVar>? Env { get; set; }

    [JsonPropertyName("resources")]
    public V1ResourceRequirements? Resources { get; set; }

    [JsonPropertyName("volumeMounts")]
    public List<V1VolumeMount>? VolumeMounts { get; set; }

    [JsonPropertyName("livenessProbe")]
    public V1Probe? LivenessProbe { get; set; }

    [JsonPropertyName("readinessProbe")]
    public V1Probe? ReadinessProbe { get; set; }

    [JsonPropertyName("lifecycle")]
    public V1Lifecycle? Lifecycle { get; set; }

    [JsonPropertyName("terminationMessagePath")]
    public string? TerminationMessagePath { get; set; }

    [JsonPropertyName("imagePullPolicy")]
    public string? ImagePullPolicy { get; set; }

    [JsonPropertyName("securityContext")]
    public V1SecurityContext? SecurityContext { get; set; }

    [JsonPropertyName("stdin")]
    public bool? Stdin { get; set; }

    [JsonPropertyName("stdinOnce")]
    public bool? StdinOnce { get; set; }

    [JsonPropertyName("tty")]
    public bool? Tty { get; set; }

    [JsonPropertyName("envFrom")]
    public List<V1EnvFromSource>? EnvFrom { get; set; }

    [JsonPropertyName("terminationMessagePolicy")]
    public string? TerminationMessagePolicy { get; set; }

    [JsonPropertyName("volumeDevices")]
    public List<V1VolumeDevice>? VolumeDevices { get; set; }

    [JsonPropertyName("startupProbe")]
    public V1Probe? StartupProbe { get; set; }

    [JsonPropertyName("resizePolicy")]
    public List<V1ContainerResizePolicy>? ResizePolicy { get; set; }

    [JsonPropertyName("restartPolicy")]
    public string? RestartPolicy { get; set; }

    [JsonPropertyName("restartPolicyRules")]
    public List<V1ContainerRestartRule>? RestartPolicyRules { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerExtendedResourceRequest</summary>
public sealed class V1ContainerExtendedResourceRequest
{
    [JsonPropertyName("containerName")]
    public string ContainerName { get; set; } = "";

    [JsonPropertyName("resourceName")]
    public string ResourceName { get; set; } = "";

    [JsonPropertyName("requestName")]
    public string RequestName { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.ContainerImage</summary>
public sealed class V1ContainerImage
{
    [JsonPropertyName("names")]
    public List<string>? Names { get; set; }

    [JsonPropertyName("sizeBytes")]
    public long? SizeBytes { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerPort</summary>
public sealed class V1ContainerPort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("hostPort")]
    public int? HostPort { get; set; }

    [JsonPropertyName("containerPort")]
    public int ContainerPort { get; set; }

    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("hostIP")]
    public string? HostIP { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerResizePolicy</summary>
public sealed class V1ContainerResizePolicy
{
    [JsonPropertyName("resourceName")]
    public string ResourceName { get; set; } = "";

    [JsonPropertyName("restartPolicy")]
    public string RestartPolicy { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.ContainerRestartRule</summary>
public sealed class V1ContainerRestartRule
{
    [JsonPropertyName("action")]
    public string Action { get; set; } = "";

    [JsonPropertyName("exitCodes")]
    public V1ContainerRestartRuleOnExitCodes? ExitCodes { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes</summary>
public sealed class V1ContainerRestartRuleOnExitCodes
{
    [JsonPropertyName("operator")]
    public string Operator { get; set; } = "";

    [JsonPropertyName("values")]
    public List<int>? Values { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerState</summary>
public sealed class V1ContainerState
{
    [JsonPropertyName("waiting")]
    public V1ContainerStateWaiting? Waiting { get; set; }

    [JsonPropertyName("running")]
    public V1ContainerStateRunning? Running { get; set; }

    [JsonPropertyName("terminated")]
    public V1ContainerStateTerminated? Terminated { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerStateRunning</summary>
public sealed class V1ContainerStateRunning
{
    [JsonPropertyName("startedAt")]
    public DateTimeOffset? StartedAt { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerStateTerminated</summary>
public sealed class V1ContainerStateTerminated
{
    [JsonPropertyName("exitCode")]
    public int ExitCode { get; set; }

    [JsonPropertyName("signal")]
    public int? Signal { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("startedAt")]
    public DateTimeOffset? StartedAt { get; set; }

    [JsonPropertyName("finishedAt")]
    public DateTimeOffset? FinishedAt { get; set; }

    [JsonPropertyName("containerID")]
    public string? ContainerID { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerStateWaiting</summary>
public sealed class V1ContainerStateWaiting
{
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerStatus</summary>
public sealed class V1ContainerStatus
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("state")]
    public V1ContainerState? State { get; set; }

    [JsonPropertyName("lastState")]
    public V1ContainerState? LastState { get; set; }

    [JsonPropertyName("ready")]
    public bool Ready { get; set; }

    [JsonPropertyName("restartCount")]
    public int RestartCount { get; set; }

    [JsonPropertyName("image")]
    public string Image { get; set; } = "";

    [JsonPropertyName("imageID")]
    public string ImageID { get; set; } = "";

    [JsonPropertyName("containerID")]
    public string? ContainerID { get; set; }

    [JsonPropertyName("started")]
    public bool? Started { get; set; }

    [JsonPropertyName("allocatedResources")]
    public Dictionary<string, ResourceQuantity>? AllocatedResources { get; set; }

    [JsonPropertyName("resources")]
    public V1ResourceRequirements? Resources { get; set; }

    [JsonPropertyName("volumeMounts")]
    public List<V1VolumeMountStatus>? VolumeMounts { get; set; }

    [JsonPropertyName("user")]
    public V1ContainerUser? User { get; set; }

    [JsonPropertyName("allocatedResourcesStatus")]
    public List<V1ResourceStatus>? AllocatedResourcesStatus { get; set; }

    [JsonPropertyName("stopSignal")]
    public string? StopSignal { get; set; }
}

/// <summary>io.k8s.api.core.v1.ContainerUser</summary>
public sealed class V1ContainerUser
{
    [JsonPropertyName("linux")]
    public V1LinuxContainerUser? Linux { get; set; }
}

/// <summary>io.k8s.api.core.v1.DaemonEndpoint</summary>
public sealed class V1DaemonEndpoint
{
    [JsonPropertyName("Port")]
    public int Port { get; set; }
}

/// <summary>io.k8s.api.core.v1.DownwardAPIProjection</summary>
public sealed class V1DownwardAPIProjection
{
    [JsonPropertyName("items")]
    public List<V1DownwardAPIVolumeFile>? Items { get; set; }
}

/// <summary>io.k8s.api.core.v1.DownwardAPIVolumeFile</summary>
public sealed class V1DownwardAPIVolumeFile
{
    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("fieldRef")]
    public V1ObjectFieldSelector? FieldRef { get; set; }

    [JsonPropertyName("resourceFieldRef")]
    public V1ResourceFieldSelector? ResourceFieldRef { get; set; }

    [JsonPropertyName("mode")]
    public int? Mode { get; set; }
}

/// <summary>io.k8s.api.core.v1.DownwardAPIVolumeSource</summary>
public sealed class V1DownwardAPIVolumeSource
{
    [JsonPropertyName("items")]
    public List<V1DownwardAPIVolumeFile>? Items { get; set; }

    [JsonPropertyName("defaultMode")]
    public int? DefaultMode { get; set; }
}

/// <summary>io.k8s.api.core.v1.EmptyDirVolumeSource</summary>
public sealed class V1EmptyDirVolumeSource
{
    [JsonPropertyName("medium")]
    public string? Medium { get; set; }

    [JsonPropertyName("sizeLimit")]
    public ResourceQuantity? SizeLimit { get; set; }
}

/// <summary>io.k8s.api.core.v1.EndpointAddress</summary>
public sealed class V1EndpointAddress
{
    [JsonPropertyName("ip")]
    public string Ip { get; set; } = "";

    [JsonPropertyName("targetRef")]
    public V1ObjectReference? TargetRef { get; set; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("nodeName")]
    public string? NodeName { get; set; }
}

/// <summary>io.k8s.api.core.v1.EndpointPort</summary>
public sealed class Corev1EndpointPort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("port")]
    public int Port { get; set; }

    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("appProtocol")]
    public string? AppProtocol { get; set; }
}

/// <summary>io.k8s.api.core.v1.EndpointSubset</summary>
public sealed class V1EndpointSubset
{
    [JsonPropertyName("addresses")]
    public List<V1EndpointAddress>? Addresses { get; set; }

    [JsonPropertyName("notReadyAddresses")]
    public List<V1EndpointAddress>? NotReadyAddresses { get; set; }

    [JsonPropertyName("ports")]
    public List<Corev1EndpointPort>? Ports { get; set; }
}

/// <summary>io.k8s.api.core.v1.Endpoints</summary>
public sealed class V1Endpoints : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Endpoints");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Endpoints";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("subsets")]
    public List<V1EndpointSubset>? Subsets { get; set; }
}

/// <summary>io.k8s.api.core.v1.EnvFromSource</summary>
public sealed class V1EnvFromSource
{
    [JsonPropertyName("prefix")]
    public string? Prefix { get; set; }

    [JsonPropertyName("configMapRef")]
    public V1ConfigMapEnvSource? ConfigMapRef { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretEnvSource? SecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.EnvVar</summary>
public sealed class V1EnvVar
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("value")]
    public string? Value { get; set; }

    [JsonPropertyName("valueFrom")]
    public V1EnvVarSource? ValueFrom { get; set; }
}

/// <summary>io.k8s.api.core.v1.EnvVarSource</summary>
public sealed class V1EnvVarSource
{
    [JsonPropertyName("fieldRef")]
    public V1ObjectFieldSelector? FieldRef { get; set; }

    [JsonPropertyName("resourceFieldRef")]
    public V1ResourceFieldSelector? ResourceFieldRef { get; set; }

    [JsonPropertyName("configMapKeyRef")]
    public V1ConfigMapKeySelector? ConfigMapKeyRef { get; set; }

    [JsonPropertyName("secretKeyRef")]
    public V1SecretKeySelector? SecretKeyRef { get; set; }

    [JsonPropertyName("fileKeyRef")]
    public V1FileKeySelector? FileKeyRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.EphemeralContainer</summary>
public sealed class V1EphemeralContainer
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("image")]
    public string? Image { get; set; }

    [JsonPropertyName("command")]
    public List<string>? Command { get; set; }

    [JsonPropertyName("args")]
    public List<string>? Args { get; set; }

    [JsonPropertyName("workingDir")]
    public string? WorkingDir { get; set; }

    [JsonPropertyName("ports")]
    public List<V1ContainerPort>? Ports { get; set; }

    [JsonPropertyName("env")]
    public List<V1EnvVar>? Env { get; set; }

    [JsonPropertyName("resources")]
    public V1ResourceRequirements? Resources { get; set; }

    [JsonPropertyName("volumeMounts")]
    public List<V1VolumeMount>? VolumeMounts { get; set; }

    [JsonPropertyName("livenessProbe")]
    public V1Probe? LivenessProbe { get; set; }

    [JsonPropertyName("readinessProbe")]
    public V1Probe? ReadinessProbe { get; set; }

    [JsonPropertyName("lifecycle")]
    public V1Lifecycle? Lifecycle { get; set; }

    [JsonPropertyName("terminationMessagePath")]
    public string? TerminationMessagePath { get; set; }

    [JsonPropertyName("imagePullPolicy")]
    public string? ImagePullPolicy { get; set; }

    [JsonPropertyName("securityContext")]
    public V1SecurityContext? SecurityContext { get; set; }

    [JsonPropertyName("stdin")]
    public bool? Stdin { get; set; }

    [JsonPropertyName("stdinOnce")]
    public bool? StdinOnce { get; set; }

    [JsonPropertyName("tty")]
    public bool? Tty { get; set; }

    [JsonPropertyName("envFrom")]
    public List<V1EnvFromSource>? EnvFrom { get; set; }

    [JsonPropertyName("terminationMessagePolicy")]
    public string? TerminationMessagePolicy { get; set; }

    [JsonPropertyName("volumeDevices")]
    public List<V1VolumeDevice>? VolumeDevices { get; set; }

    [JsonPropertyName("startupProbe")]
    public V1Probe? StartupProbe { get; set; }

    [JsonPropertyName("resizePolicy")]
    public List<V1ContainerResizePolicy>? ResizePolicy { get; set; }

    [JsonPropertyName("restartPolicy")]
    public string? RestartPolicy { get; set; }

    [JsonPropertyName("restartPolicyRules")]
    public List<V1ContainerRestartRule>? RestartPolicyRules { get; set; }

    [JsonPropertyName("targetContainerName")]
    public string? TargetContainerName { get; set; }
}

/// <summary>io.k8s.api.core.v1.EphemeralVolumeSource</summary>
public sealed class V1EphemeralVolumeSource
{
    [JsonPropertyName("volumeClaimTemplate")]
    public V1PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; set; }
}

/// <summary>io.k8s.api.core.v1.Event</summary>
public sealed class Corev1Event : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Event");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Event";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("involvedObject")]
    public V1ObjectReference InvolvedObject { get; set; } = new();

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("source")]
    public V1EventSource? Source { get; set; }

    [JsonPropertyName("firstTimestamp")]
    public DateTimeOffset? FirstTimestamp { get; set; }

    [JsonPropertyName("lastTimestamp")]
    public DateTimeOffset? LastTimestamp { get; set; }

    [JsonPropertyName("count")]
    public int? Count { get; set; }

    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("eventTime")]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; set; }

    [JsonPropertyName("series")]
    public Corev1EventSeries? Series { get; set; }

    [JsonPropertyName("action")]
    public string? Action { get; set; }

    [JsonPropertyName("related")]
    public V1ObjectReference? Related { get; set; }

    [JsonPropertyName("reportingComponent")]
    public string? ReportingComponent { get; set; }

    [JsonPropertyName("reportingInstance")]
    public string? ReportingInstance { get; set; }
}

/// <summary>io.k8s.api.core.v1.EventSeries</summary>
public sealed class Corev1EventSeries
{
    [JsonPropertyName("count")]
    public int? Count { get; set; }

    [JsonPropertyName("lastObservedTime")]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? LastObservedTime { get; set; }
}

/// <summary>io.k8s.api.core.v1.EventSource</summary>
public sealed class V1EventSource
{
    [JsonPropertyName("component")]
    public string? Component { get; set; }

    [JsonPropertyName("host")]
    public string? Host { get; set; }
}

/// <summary>io.k8s.api.core.v1.ExecAction</summary>
public sealed class V1ExecAction
{
    [JsonPropertyName("command")]
    public List<string>? Command { get; set; }
}

/// <summary>io.k8s.api.core.v1.FCVolumeSource</summary>
public sealed class V1FCVolumeSource
{
    [JsonPropertyName("targetWWNs")]
    public List<string>? TargetWWNs { get; set; }

    [JsonPropertyName("lun")]
    public int? Lun { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("wwids")]
    public List<string>? Wwids { get; set; }
}

/// <summary>io.k8s.api.core.v1.FileKeySelector</summary>
public sealed class V1FileKeySelector
{
    [JsonPropertyName("volumeName")]
    public string VolumeName { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.FlexPersistentVolumeSource</summary>
public sealed class V1FlexPersistentVolumeSource
{
    [JsonPropertyName("driver")]
    public string Driver { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("options")]
    public Dictionary<string, string>? Options { get; set; }
}

/// <summary>io.k8s.api.core.v1.FlexVolumeSource</summary>
public sealed class V1FlexVolumeSource
{
    [JsonPropertyName("driver")]
    public string Driver { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("options")]
    public Dictionary<string, string>? Options { get; set; }
}

/// <summary>io.k8s.api.core.v1.FlockerVolumeSource</summary>
public sealed class V1FlockerVolumeSource
{
    [JsonPropertyName("datasetName")]
    public string? DatasetName { get; set; }

    [JsonPropertyName("datasetUUID")]
    public string? DatasetUUID { get; set; }
}

/// <summary>io.k8s.api.core.v1.GCEPersistentDiskVolumeSource</summary>
public sealed class V1GCEPersistentDiskVolumeSource
{
    [JsonPropertyName("pdName")]
    public string PdName { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("partition")]
    public int? Partition { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.GRPCAction</summary>
public sealed class V1GRPCAction
{
    [JsonPropertyName("port")]
    public int Port { get; set; }

    [JsonPropertyName("service")]
    public string? Service { get; set; }
}

/// <summary>io.k8s.api.core.v1.GitRepoVolumeSource</summary>
public sealed class V1GitRepoVolumeSource
{
    [JsonPropertyName("repository")]
    public string Repository { get; set; } = "";

    [JsonPropertyName("revision")]
    public string? Revision { get; set; }

    [JsonPropertyName("directory")]
    public string? Directory { get; set; }
}

/// <summary>io.k8s.api.core.v1.GlusterfsPersistentVolumeSource</summary>
public sealed class V1GlusterfsPersistentVolumeSource
{
    [JsonPropertyName("endpoints")]
    public string Endpoints { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("endpointsNamespace")]
    public string? EndpointsNamespace { get; set; }
}

/// <summary>io.k8s.api.core.v1.GlusterfsVolumeSource</summary>
public sealed class V1GlusterfsVolumeSource
{
    [JsonPropertyName("endpoints")]
    public string Endpoints { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.HTTPGetAction</summary>
public sealed class V1HTTPGetAction
{
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    [JsonPropertyName("port")]
    public IntOrString Port { get; set; }

    [JsonPropertyName("host")]
    public string? Host { get; set; }

    [JsonPropertyName("scheme")]
    public string? Scheme { get; set; }

    [JsonPropertyName("httpHeaders")]
    public List<V1HTTPHeader>? HttpHeaders { get; set; }
}

/// <summary>io.k8s.api.core.v1.HTTPHeader</summary>
public sealed class V1HTTPHeader
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.HostAlias</summary>
public sealed class V1HostAlias
{
    [JsonPropertyName("ip")]
    public string Ip { get; set; } = "";

    [JsonPropertyName("hostnames")]
    public List<string>? Hostnames { get; set; }
}

/// <summary>io.k8s.api.core.v1.HostIP</summary>
public sealed class V1HostIP
{
    [JsonPropertyName("ip")]
    public string Ip { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.HostPathVolumeSource</summary>
public sealed class V1HostPathVolumeSource
{
    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("type")]
    public string? Type { get; set; }
}

/// <summary>io.k8s.api.core.v1.ISCSIPersistentVolumeSource</summary>
public sealed class V1ISCSIPersistentVolumeSource
{
    [JsonPropertyName("targetPortal")]
    public string TargetPortal { get; set; } = "";

    [JsonPropertyName("iqn")]
    public string Iqn { get; set; } = "";

    [JsonPropertyName("lun")]
    public int Lun { get; set; }

    [JsonPropertyName("iscsiInterface")]
    public string? IscsiInterface { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("portals")]
    public List<string>? Portals { get; set; }

    [JsonPropertyName("chapAuthDiscovery")]
    public bool? ChapAuthDiscovery { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretReference? SecretRef { get; set; }

    [JsonPropertyName("chapAuthSession")]
    public bool? ChapAuthSession { get; set; }

    [JsonPropertyName("initiatorName")]
    public string? InitiatorName { get; set; }
}

/// <summary>io.k8s.api.core.v1.ISCSIVolumeSource</summary>
public sealed class V1ISCSIVolumeSource
{
    [JsonPropertyName("targetPortal")]
    public string TargetPortal { get; set; } = "";

    [JsonPropertyName("iqn")]
    public string Iqn { get; set; } = "";

    [JsonPropertyName("lun")]
    public int Lun { get; set; }

    [JsonPropertyName("iscsiInterface")]
    public string? IscsiInterface { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("portals")]
    public List<string>? Portals { get; set; }

    [JsonPropertyName("chapAuthDiscovery")]
    public bool? ChapAuthDiscovery { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }

    [JsonPropertyName("chapAuthSession")]
    public bool? ChapAuthSession { get; set; }

    [JsonPropertyName("initiatorName")]
    public string? InitiatorName { get; set; }
}

/// <summary>io.k8s.api.core.v1.ImageVolumeSource</summary>
public sealed class V1ImageVolumeSource
{
    [JsonPropertyName("reference")]
    public string? Reference { get; set; }

    [JsonPropertyName("pullPolicy")]
    public string? PullPolicy { get; set; }
}

/// <summary>io.k8s.api.core.v1.ImageVolumeStatus</summary>
public sealed class V1ImageVolumeStatus
{
    [JsonPropertyName("imageRef")]
    public string ImageRef { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.KeyToPath</summary>
public sealed class V1KeyToPath
{
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("mode")]
    public int? Mode { get; set; }
}

/// <summary>io.k8s.api.core.v1.Lifecycle</summary>
public sealed class V1Lifecycle
{
    [JsonPropertyName("postStart")]
    public V1LifecycleHandler? PostStart { get; set; }

    [JsonPropertyName("preStop")]
    public V1LifecycleHandler? PreStop { get; set; }

    [JsonPropertyName("stopSignal")]
    public string? StopSignal { get; set; }
}

/// <summary>io.k8s.api.core.v1.LifecycleHandler</summary>
public sealed class V1LifecycleHandler
{
    [JsonPropertyName("exec")]
    public V1ExecAction? Exec { get; set; }

    [JsonPropertyName("httpGet")]
    public V1HTTPGetAction? HttpGet { get; set; }

    [JsonPropertyName("tcpSocket")]
    public V1TCPSocketAction? TcpSocket { get; set; }

    [JsonPropertyName("sleep")]
    public V1SleepAction? Sleep { get; set; }
}

/// <summary>io.k8s.api.core.v1.LimitRange</summary>
public sealed class V1LimitRange : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "LimitRange");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "LimitRange";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1LimitRangeSpec? Spec { get; set; }
}

/// <summary>io.k8s.api.core.v1.LimitRangeItem</summary>
public sealed class V1LimitRangeItem
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("max")]
    public Dictionary<string, ResourceQuantity>? Max { get; set; }

    [JsonPropertyName("min")]
    public Dictionary<string, ResourceQuantity>? Min { get; set; }

    [JsonPropertyName("default")]
    public Dictionary<string, ResourceQuantity>? Default { get; set; }

    [JsonPropertyName("defaultRequest")]
    public Dictionary<string, ResourceQuantity>? DefaultRequest { get; set; }

    [JsonPropertyName("maxLimitRequestRatio")]
    public Dictionary<string, ResourceQuantity>? MaxLimitRequestRatio { get; set; }
}

/// <summary>io.k8s.api.core.v1.LimitRangeSpec</summary>
public sealed class V1LimitRangeSpec
{
    [JsonPropertyName("limits")]
    public List<V1LimitRangeItem> Limits { get; set; } = [];
}

/// <summary>io.k8s.api.core.v1.LinuxContainerUser</summary>
public sealed class V1LinuxContainerUser
{
    [JsonPropertyName("uid")]
    public long Uid { get; set; }

    [JsonPropertyName("gid")]
    public long Gid { get; set; }

    [JsonPropertyName("supplementalGroups")]
    public List<long>? SupplementalGroups { get; set; }
}

/// <summary>io.k8s.api.core.v1.LoadBalancerIngress</summary>
public sealed class V1LoadBalancerIngress
{
    [JsonPropertyName("ip")]
    public string? Ip { get; set; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("ipMode")]
    public string? IpMode { get; set; }

    [JsonPropertyName("ports")]
    public List<V1PortStatus>? Ports { get; set; }
}

/// <summary>io.k8s.api.core.v1.LoadBalancerStatus</summary>
public sealed class V1LoadBalancerStatus
{
    [JsonPropertyName("ingress")]
    public List<V1LoadBalancerIngress>? Ingress { get; set; }
}

/// <summary>io.k8s.api.core.v1.LocalObjectReference</summary>
public sealed class V1LocalObjectReference
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }
}

/// <summary>io.k8s.api.core.v1.LocalVolumeSource</summary>
public sealed class V1LocalVolumeSource
{
    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }
}

/// <summary>io.k8s.api.core.v1.ModifyVolumeStatus</summary>
public sealed class V1ModifyVolumeStatus
{
    [JsonPropertyName("targetVolumeAttributesClassName")]
    public string? TargetVolumeAttributesClassName { get; set; }

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.NFSVolumeSource</summary>
public sealed class V1NFSVolumeSource
{
    [JsonPropertyName("server")]
    public string Server { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.Namespace</summary>
public sealed class V1Namespace : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Namespace");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Namespace";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1NamespaceSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1NamespaceStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.NamespaceCondition</summary>
public sealed class V1NamespaceCondition
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

/// <summary>io.k8s.api.core.v1.NamespaceSpec</summary>
public sealed class V1NamespaceSpec
{
    [JsonPropertyName("finalizers")]
    public List<string>? Finalizers { get; set; }
}

/// <summary>io.k8s.api.core.v1.NamespaceStatus</summary>
public sealed class V1NamespaceStatus
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1NamespaceCondition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.core.v1.Node</summary>
public sealed class V1Node : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Node");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Node";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1NodeSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1NodeStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeAddress</summary>
public sealed class V1NodeAddress
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("address")]
    public string Address { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.NodeAffinity</summary>
public sealed class V1NodeAffinity
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public V1NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public List<V1PreferredSchedulingTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus</summary>
public sealed class V1NodeAllocatableResourceClaimStatus
{
    [JsonPropertyName("resourceClaimName")]
    public string ResourceClaimName { get; set; } = "";

    [JsonPropertyName("containers")]
    public List<string>? Containers { get; set; }

    [JsonPropertyName("resources")]
    public Dictionary<string, ResourceQuantity> Resources { get; set; } = new();
}

/// <summary>io.k8s.api.core.v1.NodeCondition</summary>
public sealed class V1NodeCondition
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("status")]
    public string Status { get; set; } = "";

    [JsonPropertyName("lastHeartbeatTime")]
    public DateTimeOffset? LastHeartbeatTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeConfigSource</summary>
public sealed class V1NodeConfigSource
{
    [JsonPropertyName("configMap")]
    public V1ConfigMapNodeConfigSource? ConfigMap { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeConfigStatus</summary>
public sealed class V1NodeConfigStatus
{
    [JsonPropertyName("assigned")]
    public V1NodeConfigSource? Assigned { get; set; }

    [JsonPropertyName("active")]
    public V1NodeConfigSource? Active { get; set; }

    [JsonPropertyName("lastKnownGood")]
    public V1NodeConfigSource? LastKnownGood { get; set; }

    [JsonPropertyName("error")]
    public string? Error { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeDaemonEndpoints</summary>
public sealed class V1NodeDaemonEndpoints
{
    [JsonPropertyName("kubeletEndpoint")]
    public V1DaemonEndpoint? KubeletEndpoint { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeFeatures</summary>
public sealed class V1NodeFeatures
{
    [JsonPropertyName("supplementalGroupsPolicy")]
    public bool? SupplementalGroupsPolicy { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeRuntimeHandler</summary>
public sealed class V1NodeRuntimeHandler
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("features")]
    public V1NodeRuntimeHandlerFeatures? Features { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeRuntimeHandlerFeatures</summary>
public sealed class V1NodeRuntimeHandlerFeatures
{
    [JsonPropertyName("recursiveReadOnlyMounts")]
    public bool? RecursiveReadOnlyMounts { get; set; }

    [JsonPropertyName("userNamespaces")]
    public bool? UserNamespaces { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeSelector</summary>
public sealed class V1NodeSelector
{
    [JsonPropertyName("nodeSelectorTerms")]
    public List<V1NodeSelectorTerm> NodeSelectorTerms { get; set; } = [];
}

/// <summary>io.k8s.api.core.v1.NodeSelectorRequirement</summary>
public sealed class V1NodeSelectorRequirement
{
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("operator")]
    public string Operator { get; set; } = "";

    [JsonPropertyName("values")]
    public List<string>? Values { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeSelectorTerm</summary>
public sealed class V1NodeSelectorTerm
{
    [JsonPropertyName("matchExpressions")]
    public List<V1NodeSelectorRequirement>? MatchExpressions { get; set; }

    [JsonPropertyName("matchFields")]
    public List<V1NodeSelectorRequirement>? MatchFields { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeSpec</summary>
public sealed class V1NodeSpec
{
    [JsonPropertyName("podCIDR")]
    public string? PodCIDR { get; set; }

    [JsonPropertyName("externalID")]
    public string? ExternalID { get; set; }

    [JsonPropertyName("providerID")]
    public string? ProviderID { get; set; }

    [JsonPropertyName("unschedulable")]
    public bool? Unschedulable { get; set; }

    [JsonPropertyName("taints")]
    public List<V1Taint>? Taints { get; set; }

    [JsonPropertyName("configSource")]
    public V1NodeConfigSource? ConfigSource { get; set; }

    [JsonPropertyName("podCIDRs")]
    public List<string>? PodCIDRs { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeStatus</summary>
public sealed class V1NodeStatus
{
    [JsonPropertyName("capacity")]
    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    [JsonPropertyName("allocatable")]
    public Dictionary<string, ResourceQuantity>? Allocatable { get; set; }

    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1NodeCondition>? Conditions { get; set; }

    [JsonPropertyName("addresses")]
    public List<V1NodeAddress>? Addresses { get; set; }

    [JsonPropertyName("daemonEndpoints")]
    public V1NodeDaemonEndpoints? DaemonEndpoints { get; set; }

    [JsonPropertyName("nodeInfo")]
    public V1NodeSystemInfo? NodeInfo { get; set; }

    [JsonPropertyName("images")]
    public List<V1ContainerImage>? Images { get; set; }

    [JsonPropertyName("volumesInUse")]
    public List<string>? VolumesInUse { get; set; }

    [JsonPropertyName("volumesAttached")]
    public List<V1AttachedVolume>? VolumesAttached { get; set; }

    [JsonPropertyName("config")]
    public V1NodeConfigStatus? Config { get; set; }

    [JsonPropertyName("runtimeHandlers")]
    public List<V1NodeRuntimeHandler>? RuntimeHandlers { get; set; }

    [JsonPropertyName("features")]
    public V1NodeFeatures? Features { get; set; }

    [JsonPropertyName("declaredFeatures")]
    public List<string>? DeclaredFeatures { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeSwapStatus</summary>
public sealed class V1NodeSwapStatus
{
    [JsonPropertyName("capacity")]
    public long? Capacity { get; set; }
}

/// <summary>io.k8s.api.core.v1.NodeSystemInfo</summary>
public sealed class V1NodeSystemInfo
{
    [JsonPropertyName("machineID")]
    public string MachineID { get; set; } = "";

    [JsonPropertyName("systemUUID")]
    public string SystemUUID { get; set; } = "";

    [JsonPropertyName("bootID")]
    public string BootID { get; set; } = "";

    [JsonPropertyName("kernelVersion")]
    public string KernelVersion { get; set; } = "";

    [JsonPropertyName("osImage")]
    public string OsImage { get; set; } = "";

    [JsonPropertyName("containerRuntimeVersion")]
    public string ContainerRuntimeVersion { get; set; } = "";

    [JsonPropertyName("kubeletVersion")]
    public string KubeletVersion { get; set; } = "";

    [JsonPropertyName("kubeProxyVersion")]
    public string KubeProxyVersion { get; set; } = "";

    [JsonPropertyName("operatingSystem")]
    public string OperatingSystem { get; set; } = "";

    [JsonPropertyName("architecture")]
    public string Architecture { get; set; } = "";

    [JsonPropertyName("swap")]
    public V1NodeSwapStatus? Swap { get; set; }
}

/// <summary>io.k8s.api.core.v1.ObjectFieldSelector</summary>
public sealed class V1ObjectFieldSelector
{
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("fieldPath")]
    public string FieldPath { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.ObjectReference</summary>
public sealed class V1ObjectReference
{
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }

    [JsonPropertyName("fieldPath")]
    public string? FieldPath { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolume</summary>
public sealed class V1PersistentVolume : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "PersistentVolume");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PersistentVolume";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1PersistentVolumeSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1PersistentVolumeStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaim</summary>
public sealed class V1PersistentVolumeClaim : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "PersistentVolumeClaim");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PersistentVolumeClaim";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1PersistentVolumeClaimSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1PersistentVolumeClaimStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaimCondition</summary>
public sealed class V1PersistentVolumeClaimCondition
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

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaimSpec</summary>
public sealed class V1PersistentVolumeClaimSpec
{
    [JsonPropertyName("accessModes")]
    public List<string>? AccessModes { get; set; }

    [JsonPropertyName("resources")]
    public V1VolumeResourceRequirements? Resources { get; set; }

    [JsonPropertyName("volumeName")]
    public string? VolumeName { get; set; }

    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }

    [JsonPropertyName("storageClassName")]
    public string? StorageClassName { get; set; }

    [JsonPropertyName("volumeMode")]
    public string? VolumeMode { get; set; }

    [JsonPropertyName("dataSource")]
    public V1TypedLocalObjectReference? DataSource { get; set; }

    [JsonPropertyName("dataSourceRef")]
    public V1TypedObjectReference? DataSourceRef { get; set; }

    [JsonPropertyName("volumeAttributesClassName")]
    public string? VolumeAttributesClassName { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaimStatus</summary>
public sealed class V1PersistentVolumeClaimStatus
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("accessModes")]
    public List<string>? AccessModes { get; set; }

    [JsonPropertyName("capacity")]
    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1PersistentVolumeClaimCondition>? Conditions { get; set; }

    [JsonPropertyName("allocatedResources")]
    public Dictionary<string, ResourceQuantity>? AllocatedResources { get; set; }

    [JsonPropertyName("allocatedResourceStatuses")]
    public Dictionary<string, string>? AllocatedResourceStatuses { get; set; }

    [JsonPropertyName("currentVolumeAttributesClassName")]
    public string? CurrentVolumeAttributesClassName { get; set; }

    [JsonPropertyName("modifyVolumeStatus")]
    public V1ModifyVolumeStatus? ModifyVolumeStatus { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaimTemplate</summary>
public sealed class V1PersistentVolumeClaimTemplate
{
    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public V1PersistentVolumeClaimSpec Spec { get; set; } = new();
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource</summary>
public sealed class V1PersistentVolumeClaimVolumeSource
{
    [JsonPropertyName("claimName")]
    public string ClaimName { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeSpec</summary>
public sealed class V1PersistentVolumeSpec
{
    [JsonPropertyName("capacity")]
    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    [JsonPropertyName("gcePersistentDisk")]
    public V1GCEPersistentDiskVolumeSource? GcePersistentDisk { get; set; }

    [JsonPropertyName("awsElasticBlockStore")]
    public V1AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; set; }

    [JsonPropertyName("hostPath")]
    public V1HostPathVolumeSource? HostPath { get; set; }

    [JsonPropertyName("glusterfs")]
    public V1GlusterfsPersistentVolumeSource? Glusterfs { get; set; }

    [JsonPropertyName("nfs")]
    public V1NFSVolumeSource? Nfs { get; set; }

    [JsonPropertyName("rbd")]
    public V1RBDPersistentVolumeSource? Rbd { get; set; }

    [JsonPropertyName("iscsi")]
    public V1ISCSIPersistentVolumeSource? Iscsi { get; set; }

    [JsonPropertyName("cinder")]
    public V1CinderPersistentVolumeSource? Cinder { get; set; }

    [JsonPropertyName("cephfs")]
    public V1CephFSPersistentVolumeSource? Cephfs { get; set; }

    [JsonPropertyName("fc")]
    public V1FCVolumeSource? Fc { get; set; }

    [JsonPropertyName("flocker")]
    public V1FlockerVolumeSource? Flocker { get; set; }

    [JsonPropertyName("flexVolume")]
    public V1FlexPersistentVolumeSource? FlexVolume { get; set; }

    [JsonPropertyName("azureFile")]
    public V1AzureFilePersistentVolumeSource? AzureFile { get; set; }

    [JsonPropertyName("vsphereVolume")]
    public V1VsphereVirtualDiskVolumeSource? VsphereVolume { get; set; }

    [JsonPropertyName("quobyte")]
    public V1QuobyteVolumeSource? Quobyte { get; set; }

    [JsonPropertyName("azureDisk")]
    public V1AzureDiskVolumeSource? AzureDisk { get; set; }

    [JsonPropertyName("photonPersistentDisk")]
    public V1PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; set; }

    [JsonPropertyName("portworxVolume")]
    public V1PortworxVolumeSource? PortworxVolume { get; set; }

    [JsonPropertyName("scaleIO")]
    public V1ScaleIOPersistentVolumeSource? ScaleIO { get; set; }

    [JsonPropertyName("local")]
    public V1LocalVolumeSource? Local { get; set; }

    [JsonPropertyName("storageos")]
    public V1StorageOSPersistentVolumeSource? Storageos { get; set; }

    [JsonPropertyName("csi")]
    public V1CSIPersistentVolumeSource? Csi { get; set; }

    [JsonPropertyName("accessModes")]
    public List<string>? AccessModes { get; set; }

    [JsonPropertyName("claimRef")]
    public V1ObjectReference? ClaimRef { get; set; }

    [JsonPropertyName("persistentVolumeReclaimPolicy")]
    public string? PersistentVolumeReclaimPolicy { get; set; }

    [JsonPropertyName("storageClassName")]
    public string? StorageClassName { get; set; }

    [JsonPropertyName("mountOptions")]
    public List<string>? MountOptions { get; set; }

    [JsonPropertyName("volumeMode")]
    public string? VolumeMode { get; set; }

    [JsonPropertyName("nodeAffinity")]
    public V1VolumeNodeAffinity? NodeAffinity { get; set; }

    [JsonPropertyName("volumeAttributesClassName")]
    public string? VolumeAttributesClassName { get; set; }
}

/// <summary>io.k8s.api.core.v1.PersistentVolumeStatus</summary>
public sealed class V1PersistentVolumeStatus
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("lastPhaseTransitionTime")]
    public DateTimeOffset? LastPhaseTransitionTime { get; set; }
}

/// <summary>io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource</summary>
public sealed class V1PhotonPersistentDiskVolumeSource
{
    [JsonPropertyName("pdID")]
    public string PdID { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }
}

/// <summary>io.k8s.api.core.v1.Pod</summary>
public sealed class V1Pod : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Pod");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Pod";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1PodSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1PodStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodAffinity</summary>
public sealed class V1PodAffinity
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public List<V1PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public List<V1WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodAffinityTerm</summary>
public sealed class V1PodAffinityTerm
{
    [JsonPropertyName("labelSelector")]
    public V1LabelSelector? LabelSelector { get; set; }

    [JsonPropertyName("namespaces")]
    public List<string>? Namespaces { get; set; }

    [JsonPropertyName("topologyKey")]
    public string TopologyKey { get; set; } = "";

    [JsonPropertyName("namespaceSelector")]
    public V1LabelSelector? NamespaceSelector { get; set; }

    [JsonPropertyName("matchLabelKeys")]
    public List<string>? MatchLabelKeys { get; set; }

    [JsonPropertyName("mismatchLabelKeys")]
    public List<string>? MismatchLabelKeys { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodAntiAffinity</summary>
public sealed class V1PodAntiAffinity
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public List<V1PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public List<V1WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodCertificateProjection</summary>
public sealed class V1PodCertificateProjection
{
    [JsonPropertyName("signerName")]
    public string SignerName { get; set; } = "";

    [JsonPropertyName("keyType")]
    public string KeyType { get; set; } = "";

    [JsonPropertyName("maxExpirationSeconds")]
    public int? MaxExpirationSeconds { get; set; }

    [JsonPropertyName("credentialBundlePath")]
    public string? CredentialBundlePath { get; set; }

    [JsonPropertyName("keyPath")]
    public string? KeyPath { get; set; }

    [JsonPropertyName("certificateChainPath")]
    public string? CertificateChainPath { get; set; }

    [JsonPropertyName("userAnnotations")]
    public Dictionary<string, string>? UserAnnotations { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodCondition</summary>
public sealed class V1PodCondition
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

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodDNSConfig</summary>
public sealed class V1PodDNSConfig
{
    [JsonPropertyName("nameservers")]
    public List<string>? Nameservers { get; set; }

    [JsonPropertyName("searches")]
    public List<string>? Searches { get; set; }

    [JsonPropertyName("options")]
    public List<V1PodDNSConfigOption>? Options { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodDNSConfigOption</summary>
public sealed class V1PodDNSConfigOption
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("value")]
    public string? Value { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodExtendedResourceClaimStatus</summary>
public sealed class V1PodExtendedResourceClaimStatus
{
    [JsonPropertyName("requestMappings")]
    public List<V1ContainerExtendedResourceRequest> RequestMappings { get; set; } = [];

    [JsonPropertyName("resourceClaimName")]
    public string ResourceClaimName { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.PodIP</summary>
public sealed class V1PodIP
{
    [JsonPropertyName("ip")]
    public string Ip { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.PodOS</summary>
public sealed class V1PodOS
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.PodReadinessGate</summary>
public sealed class V1PodReadinessGate
{
    [JsonPropertyName("conditionType")]
    public string ConditionType { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.PodResourceClaim</summary>
public sealed class V1PodResourceClaim
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("resourceClaimName")]
    public string? ResourceClaimName { get; set; }

    [JsonPropertyName("resourceClaimTemplateName")]
    public string? ResourceClaimTemplateName { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodResourceClaimStatus</summary>
public sealed class V1PodResourceClaimStatus
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("resourceClaimName")]
    public string? ResourceClaimName { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodSchedulingGate</summary>
public sealed class V1PodSchedulingGate
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.PodSchedulingGroup</summary>
public sealed class V1PodSchedulingGroup
{
    [JsonPropertyName("podGroupName")]
    public string? PodGroupName { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodSecurityContext</summary>
public sealed class V1PodSecurityContext
{
    [JsonPropertyName("seLinuxOptions")]
    public V1SELinuxOptions? SeLinuxOptions { get; set; }

    [JsonPropertyName("runAsUser")]
    public long? RunAsUser { get; set; }

    [JsonPropertyName("runAsNonRoot")]
    public bool? RunAsNonRoot { get; set; }

    [JsonPropertyName("supplementalGroups")]
    public List<long>? SupplementalGroups { get; set; }

    [JsonPropertyName("fsGroup")]
    public long? FsGroup { get; set; }

    [JsonPropertyName("runAsGroup")]
    public long? RunAsGroup { get; set; }

    [JsonPropertyName("sysctls")]
    public List<V1Sysctl>? Sysctls { get; set; }

    [JsonPropertyName("windowsOptions")]
    public V1WindowsSecurityContextOptions? WindowsOptions { get; set; }

    [JsonPropertyName("fsGroupChangePolicy")]
    public string? FsGroupChangePolicy { get; set; }

    [JsonPropertyName("seccompProfile")]
    public V1SeccompProfile? SeccompProfile { get; set; }

    [JsonPropertyName("appArmorProfile")]
    public V1AppArmorProfile? AppArmorProfile { get; set; }

    [JsonPropertyName("supplementalGroupsPolicy")]
    public string? SupplementalGroupsPolicy { get; set; }

    [JsonPropertyName("seLinuxChangePolicy")]
    public string? SeLinuxChangePolicy { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodSpec</summary>
public sealed class V1PodSpec
{
    [JsonPropertyName("volumes")]
    public List<V1Volume>? Volumes { get; set; }

    [JsonPropertyName("containers")]
    public List<V1Container> Containers { get; set; } = [];

    [JsonPropertyName("restartPolicy")]
    public string? RestartPolicy { get; set; }

    [JsonPropertyName("terminationGracePeriodSeconds")]
    public long? TerminationGracePeriodSeconds { get; set; }

    [JsonPropertyName("activeDeadlineSeconds")]
    public long? ActiveDeadlineSeconds { get; set; }

    [JsonPropertyName("dnsPolicy")]
    public string? DnsPolicy { get; set; }

    [JsonPropertyName("nodeSelector")]
    public Dictionary<string, string>? NodeSelector { get; set; }

    [JsonPropertyName("serviceAccountName")]
    public string? ServiceAccountName { get; set; }

    [JsonPropertyName("serviceAccount")]
    public string? ServiceAccount { get; set; }

    [JsonPropertyName("nodeName")]
    public string? NodeName { get; set; }

    [JsonPropertyName("hostNetwork")]
    public bool? HostNetwork { get; set; }

    [JsonPropertyName("hostPID")]
    public bool? HostPID { get; set; }

    [JsonPropertyName("hostIPC")]
    public bool? HostIPC { get; set; }

    [JsonPropertyName("securityContext")]
    public V1PodSecurityContext? SecurityContext { get; set; }

    [JsonPropertyName("imagePullSecrets")]
    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("subdomain")]
    public string? Subdomain { get; set; }

    [JsonPropertyName("affinity")]
    public V1Affinity? Affinity { get; set; }

    [JsonPropertyName("schedulerName")]
    public string? SchedulerName { get; set; }

    [JsonPropertyName("initContainers")]
    public List<V1Container>? InitContainers { get; set; }

    [JsonPropertyName("automountServiceAccountToken")]
    public bool? AutomountServiceAccountToken { get; set; }

    [JsonPropertyName("tolerations")]
    public List<V1Toleration>? Tolerations { get; set; }

    [JsonPropertyName("hostAliases")]
    public List<V1HostAlias>? HostAliases { get; set; }

    [JsonPropertyName("priorityClassName")]
    public string? PriorityClassName { get; set; }

    [JsonPropertyName("priority")]
    public int? Priority { get; set; }

    [JsonPropertyName("dnsConfig")]
    public V1PodDNSConfig? DnsConfig { get; set; }

    [JsonPropertyName("shareProcessNamespace")]
    public bool? ShareProcessNamespace { get; set; }

    [JsonPropertyName("readinessGates")]
    public List<V1PodReadinessGate>? ReadinessGates { get; set; }

    [JsonPropertyName("runtimeClassName")]
    public string? RuntimeClassName { get; set; }

    [JsonPropertyName("enableServiceLinks")]
    public bool? EnableServiceLinks { get; set; }

    [JsonPropertyName("preemptionPolicy")]
    public string? PreemptionPolicy { get; set; }

    [JsonPropertyName("overhead")]
    public Dictionary<string, ResourceQuantity>? Overhead { get; set; }

    [JsonPropertyName("topologySpreadConstraints")]
    public List<V1TopologySpreadConstraint>? TopologySpreadConstraints { get; set; }

    [JsonPropertyName("ephemeralContainers")]
    public List<V1EphemeralContainer>? EphemeralContainers { get; set; }

    [JsonPropertyName("setHostnameAsFQDN")]
    public bool? SetHostnameAsFQDN { get; set; }

    [JsonPropertyName("os")]
    public V1PodOS? Os { get; set; }

    [JsonPropertyName("hostUsers")]
    public bool? HostUsers { get; set; }

    [JsonPropertyName("schedulingGates")]
    public List<V1PodSchedulingGate>? SchedulingGates { get; set; }

    [JsonPropertyName("resourceClaims")]
    public List<V1PodResourceClaim>? ResourceClaims { get; set; }

    [JsonPropertyName("resources")]
    public V1ResourceRequirements? Resources { get; set; }

    [JsonPropertyName("hostnameOverride")]
    public string? HostnameOverride { get; set; }

    [JsonPropertyName("schedulingGroup")]
    public V1PodSchedulingGroup? SchedulingGroup { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodStatus</summary>
public sealed class V1PodStatus
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1PodCondition>? Conditions { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("hostIP")]
    public string? HostIP { get; set; }

    [JsonPropertyName("podIP")]
    public string? PodIP { get; set; }

    [JsonPropertyName("startTime")]
    public DateTimeOffset? StartTime { get; set; }

    [JsonPropertyName("containerStatuses")]
    public List<V1ContainerStatus>? ContainerStatuses { get; set; }

    [JsonPropertyName("qosClass")]
    public string? QosClass { get; set; }

    [JsonPropertyName("initContainerStatuses")]
    public List<V1ContainerStatus>? InitContainerStatuses { get; set; }

    [JsonPropertyName("nominatedNodeName")]
    public string? NominatedNodeName { get; set; }

    [JsonPropertyName("podIPs")]
    public List<V1PodIP>? PodIPs { get; set; }

    [JsonPropertyName("ephemeralContainerStatuses")]
    public List<V1ContainerStatus>? EphemeralContainerStatuses { get; set; }

    [JsonPropertyName("resize")]
    public string? Resize { get; set; }

    [JsonPropertyName("resourceClaimStatuses")]
    public List<V1PodResourceClaimStatus>? ResourceClaimStatuses { get; set; }

    [JsonPropertyName("hostIPs")]
    public List<V1HostIP>? HostIPs { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("extendedResourceClaimStatus")]
    public V1PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; set; }

    [JsonPropertyName("allocatedResources")]
    public Dictionary<string, ResourceQuantity>? AllocatedResources { get; set; }

    [JsonPropertyName("resources")]
    public V1ResourceRequirements? Resources { get; set; }

    [JsonPropertyName("nodeAllocatableResourceClaimStatuses")]
    public List<V1NodeAllocatableResourceClaimStatus>? NodeAllocatableResourceClaimStatuses { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodTemplate</summary>
public sealed class V1PodTemplate : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "PodTemplate");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "PodTemplate";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("template")]
    public V1PodTemplateSpec? Template { get; set; }
}

/// <summary>io.k8s.api.core.v1.PodTemplateSpec</summary>
public sealed class V1PodTemplateSpec
{
    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public V1PodSpec? Spec { get; set; }
}

/// <summary>io.k8s.api.core.v1.PortStatus</summary>
public sealed class V1PortStatus
{
    [JsonPropertyName("port")]
    public int Port { get; set; }

    [JsonPropertyName("protocol")]
    public string Protocol { get; set; } = "";

    [JsonPropertyName("error")]
    public string? Error { get; set; }
}

/// <summary>io.k8s.api.core.v1.PortworxVolumeSource</summary>
public sealed class V1PortworxVolumeSource
{
    [JsonPropertyName("volumeID")]
    public string VolumeID { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.PreferredSchedulingTerm</summary>
public sealed class V1PreferredSchedulingTerm
{
    [JsonPropertyName("weight")]
    public int Weight { get; set; }

    [JsonPropertyName("preference")]
    public V1NodeSelectorTerm Preference { get; set; } = new();
}

/// <summary>io.k8s.api.core.v1.Probe</summary>
public sealed class V1Probe
{
    [JsonPropertyName("exec")]
    public V1ExecAction? Exec { get; set; }

    [JsonPropertyName("httpGet")]
    public V1HTTPGetAction? HttpGet { get; set; }

    [JsonPropertyName("tcpSocket")]
    public V1TCPSocketAction? TcpSocket { get; set; }

    [JsonPropertyName("grpc")]
    public V1GRPCAction? Grpc { get; set; }

    [JsonPropertyName("initialDelaySeconds")]
    public int? InitialDelaySeconds { get; set; }

    [JsonPropertyName("timeoutSeconds")]
    public int? TimeoutSeconds { get; set; }

    [JsonPropertyName("periodSeconds")]
    public int? PeriodSeconds { get; set; }

    [JsonPropertyName("successThreshold")]
    public int? SuccessThreshold { get; set; }

    [JsonPropertyName("failureThreshold")]
    public int? FailureThreshold { get; set; }

    [JsonPropertyName("terminationGracePeriodSeconds")]
    public long? TerminationGracePeriodSeconds { get; set; }
}

/// <summary>io.k8s.api.core.v1.ProjectedVolumeSource</summary>
public sealed class V1ProjectedVolumeSource
{
    [JsonPropertyName("sources")]
    public List<V1VolumeProjection>? Sources { get; set; }

    [JsonPropertyName("defaultMode")]
    public int? DefaultMode { get; set; }
}

/// <summary>io.k8s.api.core.v1.QuobyteVolumeSource</summary>
public sealed class V1QuobyteVolumeSource
{
    [JsonPropertyName("registry")]
    public string Registry { get; set; } = "";

    [JsonPropertyName("volume")]
    public string Volume { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("group")]
    public string? Group { get; set; }

    [JsonPropertyName("tenant")]
    public string? Tenant { get; set; }
}

/// <summary>io.k8s.api.core.v1.RBDPersistentVolumeSource</summary>
public sealed class V1RBDPersistentVolumeSource
{
    [JsonPropertyName("monitors")]
    public List<string> Monitors { get; set; } = [];

    [JsonPropertyName("image")]
    public string Image { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("pool")]
    public string? Pool { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("keyring")]
    public string? Keyring { get; set; }

    [JsonPropertyName("secretRef")]
    public V1SecretReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.RBDVolumeSource</summary>
public sealed class V1RBDVolumeSource
{
    [JsonPropertyName("monitors")]
    public List<string> Monitors { get; set; } = [];

    [JsonPropertyName("image")]
    public string Image { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("pool")]
    public string? Pool { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("keyring")]
    public string? Keyring { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.ReplicationController</summary>
public sealed class V1ReplicationController : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "ReplicationController");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ReplicationController";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ReplicationControllerSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ReplicationControllerStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.ReplicationControllerCondition</summary>
public sealed class V1ReplicationControllerCondition
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

/// <summary>io.k8s.api.core.v1.ReplicationControllerSpec</summary>
public sealed class V1ReplicationControllerSpec
{
    [JsonPropertyName("replicas")]
    public int? Replicas { get; set; }

    [JsonPropertyName("selector")]
    public Dictionary<string, string>? Selector { get; set; }

    [JsonPropertyName("template")]
    public V1PodTemplateSpec? Template { get; set; }

    [JsonPropertyName("minReadySeconds")]
    public int? MinReadySeconds { get; set; }
}

/// <summary>io.k8s.api.core.v1.ReplicationControllerStatus</summary>
public sealed class V1ReplicationControllerStatus
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
    public List<V1ReplicationControllerCondition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceClaim</summary>
public sealed class Corev1ResourceClaim
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("request")]
    public string? Request { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceFieldSelector</summary>
public sealed class V1ResourceFieldSelector
{
    [JsonPropertyName("containerName")]
    public string? ContainerName { get; set; }

    [JsonPropertyName("resource")]
    public string Resource { get; set; } = "";

    [JsonPropertyName("divisor")]
    public ResourceQuantity? Divisor { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceHealth</summary>
public sealed class V1ResourceHealth
{
    [JsonPropertyName("resourceID")]
    public string ResourceID { get; set; } = "";

    [JsonPropertyName("health")]
    public string? Health { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceQuota</summary>
public sealed class V1ResourceQuota : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "ResourceQuota");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ResourceQuota";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ResourceQuotaSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ResourceQuotaStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceQuotaSpec</summary>
public sealed class V1ResourceQuotaSpec
{
    [JsonPropertyName("hard")]
    public Dictionary<string, ResourceQuantity>? Hard { get; set; }

    [JsonPropertyName("scopes")]
    public List<string>? Scopes { get; set; }

    [JsonPropertyName("scopeSelector")]
    public V1ScopeSelector? ScopeSelector { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceQuotaStatus</summary>
public sealed class V1ResourceQuotaStatus
{
    [JsonPropertyName("hard")]
    public Dictionary<string, ResourceQuantity>? Hard { get; set; }

    [JsonPropertyName("used")]
    public Dictionary<string, ResourceQuantity>? Used { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceRequirements</summary>
public sealed class V1ResourceRequirements
{
    [JsonPropertyName("limits")]
    public Dictionary<string, ResourceQuantity>? Limits { get; set; }

    [JsonPropertyName("requests")]
    public Dictionary<string, ResourceQuantity>? Requests { get; set; }

    [JsonPropertyName("claims")]
    public List<Corev1ResourceClaim>? Claims { get; set; }
}

/// <summary>io.k8s.api.core.v1.ResourceStatus</summary>
public sealed class V1ResourceStatus
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("resources")]
    public List<V1ResourceHealth>? Resources { get; set; }
}

/// <summary>io.k8s.api.core.v1.SELinuxOptions</summary>
public sealed class V1SELinuxOptions
{
    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("role")]
    public string? Role { get; set; }

    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("level")]
    public string? Level { get; set; }
}

/// <summary>io.k8s.api.core.v1.ScaleIOPersistentVolumeSource</summary>
public sealed class V1ScaleIOPersistentVolumeSource
{
    [JsonPropertyName("gateway")]
    public string Gateway { get; set; } = "";

    [JsonPropertyName("system")]
    public string System { get; set; } = "";

    [JsonPropertyName("secretRef")]
    public V1SecretReference SecretRef { get; set; } = new();

    [JsonPropertyName("sslEnabled")]
    public bool? SslEnabled { get; set; }

    [JsonPropertyName("protectionDomain")]
    public string? ProtectionDomain { get; set; }

    [JsonPropertyName("storagePool")]
    public string? StoragePool { get; set; }

    [JsonPropertyName("storageMode")]
    public string? StorageMode { get; set; }

    [JsonPropertyName("volumeName")]
    public string? VolumeName { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.ScaleIOVolumeSource</summary>
public sealed class V1ScaleIOVolumeSource
{
    [JsonPropertyName("gateway")]
    public string Gateway { get; set; } = "";

    [JsonPropertyName("system")]
    public string System { get; set; } = "";

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference SecretRef { get; set; } = new();

    [JsonPropertyName("sslEnabled")]
    public bool? SslEnabled { get; set; }

    [JsonPropertyName("protectionDomain")]
    public string? ProtectionDomain { get; set; }

    [JsonPropertyName("storagePool")]
    public string? StoragePool { get; set; }

    [JsonPropertyName("storageMode")]
    public string? StorageMode { get; set; }

    [JsonPropertyName("volumeName")]
    public string? VolumeName { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.ScopeSelector</summary>
public sealed class V1ScopeSelector
{
    [JsonPropertyName("matchExpressions")]
    public List<V1ScopedResourceSelectorRequirement>? MatchExpressions { get; set; }
}

/// <summary>io.k8s.api.core.v1.ScopedResourceSelectorRequirement</summary>
public sealed class V1ScopedResourceSelectorRequirement
{
    [JsonPropertyName("scopeName")]
    public string ScopeName { get; set; } = "";

    [JsonPropertyName("operator")]
    public string Operator { get; set; } = "";

    [JsonPropertyName("values")]
    public List<string>? Values { get; set; }
}

/// <summary>io.k8s.api.core.v1.SeccompProfile</summary>
public sealed class V1SeccompProfile
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("localhostProfile")]
    public string? LocalhostProfile { get; set; }
}

/// <summary>io.k8s.api.core.v1.Secret</summary>
public sealed class V1Secret : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Secret");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Secret";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("data")]
    public Dictionary<string, byte[]>? Data { get; set; }

    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("stringData")]
    public Dictionary<string, string>? StringData { get; set; }

    [JsonPropertyName("immutable")]
    public bool? Immutable { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecretEnvSource</summary>
public sealed class V1SecretEnvSource
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecretKeySelector</summary>
public sealed class V1SecretKeySelector
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecretProjection</summary>
public sealed class V1SecretProjection
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("items")]
    public List<V1KeyToPath>? Items { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecretReference</summary>
public sealed class V1SecretReference
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecretVolumeSource</summary>
public sealed class V1SecretVolumeSource
{
    [JsonPropertyName("secretName")]
    public string? SecretName { get; set; }

    [JsonPropertyName("items")]
    public List<V1KeyToPath>? Items { get; set; }

    [JsonPropertyName("defaultMode")]
    public int? DefaultMode { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }
}

/// <summary>io.k8s.api.core.v1.SecurityContext</summary>
public sealed class V1SecurityContext
{
    [JsonPropertyName("capabilities")]
    public V1Capabilities? Capabilities { get; set; }

    [JsonPropertyName("privileged")]
    public bool? Privileged { get; set; }

    [JsonPropertyName("seLinuxOptions")]
    public V1SELinuxOptions? SeLinuxOptions { get; set; }

    [JsonPropertyName("runAsUser")]
    public long? RunAsUser { get; set; }

    [JsonPropertyName("runAsNonRoot")]
    public bool? RunAsNonRoot { get; set; }

    [JsonPropertyName("readOnlyRootFilesystem")]
    public bool? ReadOnlyRootFilesystem { get; set; }

    [JsonPropertyName("allowPrivilegeEscalation")]
    public bool? AllowPrivilegeEscalation { get; set; }

    [JsonPropertyName("runAsGroup")]
    public long? RunAsGroup { get; set; }

    [JsonPropertyName("procMount")]
    public string? ProcMount { get; set; }

    [JsonPropertyName("windowsOptions")]
    public V1WindowsSecurityContextOptions? WindowsOptions { get; set; }

    [JsonPropertyName("seccompProfile")]
    public V1SeccompProfile? SeccompProfile { get; set; }

    [JsonPropertyName("appArmorProfile")]
    public V1AppArmorProfile? AppArmorProfile { get; set; }
}

/// <summary>io.k8s.api.core.v1.Service</summary>
public sealed class V1Service : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "Service");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "Service";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1ServiceSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public V1ServiceStatus? Status { get; set; }
}

/// <summary>io.k8s.api.core.v1.ServiceAccount</summary>
public sealed class V1ServiceAccount : IKubernetesKind
{
    /// <inheritdoc/>
    [JsonIgnore]
    public static GroupVersionKind GroupVersionKind { get; } = new("", "v1", "ServiceAccount");

    [JsonPropertyName("kind")]
    public string? Kind { get; set; } = "ServiceAccount";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("secrets")]
    public List<V1ObjectReference>? Secrets { get; set; }

    [JsonPropertyName("imagePullSecrets")]
    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }

    [JsonPropertyName("automountServiceAccountToken")]
    public bool? AutomountServiceAccountToken { get; set; }
}

/// <summary>io.k8s.api.core.v1.ServiceAccountTokenProjection</summary>
public sealed class V1ServiceAccountTokenProjection
{
    [JsonPropertyName("audience")]
    public string? Audience { get; set; }

    [JsonPropertyName("expirationSeconds")]
    public long? ExpirationSeconds { get; set; }

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.ServicePort</summary>
public sealed class V1ServicePort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("port")]
    public int Port { get; set; }

    [JsonPropertyName("targetPort")]
    public IntOrString? TargetPort { get; set; }

    [JsonPropertyName("nodePort")]
    public int? NodePort { get; set; }

    [JsonPropertyName("appProtocol")]
    public string? AppProtocol { get; set; }
}

/// <summary>io.k8s.api.core.v1.ServiceSpec</summary>
public sealed class V1ServiceSpec
{
    [JsonPropertyName("ports")]
    public List<V1ServicePort>? Ports { get; set; }

    [JsonPropertyName("selector")]
    public Dictionary<string, string>? Selector { get; set; }

    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; set; }

    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("externalIPs")]
    public List<string>? ExternalIPs { get; set; }

    [JsonPropertyName("sessionAffinity")]
    public string? SessionAffinity { get; set; }

    [JsonPropertyName("loadBalancerIP")]
    public string? LoadBalancerIP { get; set; }

    [JsonPropertyName("loadBalancerSourceRanges")]
    public List<string>? LoadBalancerSourceRanges { get; set; }

    [JsonPropertyName("externalName")]
    public string? ExternalName { get; set; }

    [JsonPropertyName("externalTrafficPolicy")]
    public string? ExternalTrafficPolicy { get; set; }

    [JsonPropertyName("healthCheckNodePort")]
    public int? HealthCheckNodePort { get; set; }

    [JsonPropertyName("publishNotReadyAddresses")]
    public bool? PublishNotReadyAddresses { get; set; }

    [JsonPropertyName("sessionAffinityConfig")]
    public V1SessionAffinityConfig? SessionAffinityConfig { get; set; }

    [JsonPropertyName("ipFamilyPolicy")]
    public string? IpFamilyPolicy { get; set; }

    [JsonPropertyName("clusterIPs")]
    public List<string>? ClusterIPs { get; set; }

    [JsonPropertyName("ipFamilies")]
    public List<string>? IpFamilies { get; set; }

    [JsonPropertyName("allocateLoadBalancerNodePorts")]
    public bool? AllocateLoadBalancerNodePorts { get; set; }

    [JsonPropertyName("loadBalancerClass")]
    public string? LoadBalancerClass { get; set; }

    [JsonPropertyName("internalTrafficPolicy")]
    public string? InternalTrafficPolicy { get; set; }

    [JsonPropertyName("trafficDistribution")]
    public string? TrafficDistribution { get; set; }
}

/// <summary>io.k8s.api.core.v1.ServiceStatus</summary>
public sealed class V1ServiceStatus
{
    [JsonPropertyName("loadBalancer")]
    public V1LoadBalancerStatus? LoadBalancer { get; set; }

    [JsonPropertyName("conditions")]
    public List<V1Condition>? Conditions { get; set; }
}

/// <summary>io.k8s.api.core.v1.SessionAffinityConfig</summary>
public sealed class V1SessionAffinityConfig
{
    [JsonPropertyName("clientIP")]
    public V1ClientIPConfig? ClientIP { get; set; }
}

/// <summary>io.k8s.api.core.v1.SleepAction</summary>
public sealed class V1SleepAction
{
    [JsonPropertyName("seconds")]
    public long Seconds { get; set; }
}

/// <summary>io.k8s.api.core.v1.StorageOSPersistentVolumeSource</summary>
public sealed class V1StorageOSPersistentVolumeSource
{
    [JsonPropertyName("volumeName")]
    public string? VolumeName { get; set; }

    [JsonPropertyName("volumeNamespace")]
    public string? VolumeNamespace { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("secretRef")]
    public V1ObjectReference? SecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.StorageOSVolumeSource</summary>
public sealed class V1StorageOSVolumeSource
{
    [JsonPropertyName("volumeName")]
    public string? VolumeName { get; set; }

    [JsonPropertyName("volumeNamespace")]
    public string? VolumeNamespace { get; set; }

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("secretRef")]
    public V1LocalObjectReference? SecretRef { get; set; }
}

/// <summary>io.k8s.api.core.v1.Sysctl</summary>
public sealed class V1Sysctl
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.TCPSocketAction</summary>
public sealed class V1TCPSocketAction
{
    [JsonPropertyName("port")]
    public IntOrString Port { get; set; }

    [JsonPropertyName("host")]
    public string? Host { get; set; }
}

/// <summary>io.k8s.api.core.v1.Taint</summary>
public sealed class V1Taint
{
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("value")]
    public string? Value { get; set; }

    [JsonPropertyName("effect")]
    public string Effect { get; set; } = "";

    [JsonPropertyName("timeAdded")]
    public DateTimeOffset? TimeAdded { get; set; }
}

/// <summary>io.k8s.api.core.v1.Toleration</summary>
public sealed class V1Toleration
{
    [JsonPropertyName("key")]
    public string? Key { get; set; }

    [JsonPropertyName("operator")]
    public string? Operator { get; set; }

    [JsonPropertyName("value")]
    public string? Value { get; set; }

    [JsonPropertyName("effect")]
    public string? Effect { get; set; }

    [JsonPropertyName("tolerationSeconds")]
    public long? TolerationSeconds { get; set; }
}

/// <summary>io.k8s.api.core.v1.TopologySelectorLabelRequirement</summary>
public sealed class V1TopologySelectorLabelRequirement
{
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("values")]
    public List<string> Values { get; set; } = [];
}

/// <summary>io.k8s.api.core.v1.TopologySelectorTerm</summary>
public sealed class V1TopologySelectorTerm
{
    [JsonPropertyName("matchLabelExpressions")]
    public List<V1TopologySelectorLabelRequirement>? MatchLabelExpressions { get; set; }
}

/// <summary>io.k8s.api.core.v1.TopologySpreadConstraint</summary>
public sealed class V1TopologySpreadConstraint
{
    [JsonPropertyName("maxSkew")]
    public int MaxSkew { get; set; }

    [JsonPropertyName("topologyKey")]
    public string TopologyKey { get; set; } = "";

    [JsonPropertyName("whenUnsatisfiable")]
    public string WhenUnsatisfiable { get; set; } = "";

    [JsonPropertyName("labelSelector")]
    public V1LabelSelector? LabelSelector { get; set; }

    [JsonPropertyName("minDomains")]
    public int? MinDomains { get; set; }

    [JsonPropertyName("nodeAffinityPolicy")]
    public string? NodeAffinityPolicy { get; set; }

    [JsonPropertyName("nodeTaintsPolicy")]
    public string? NodeTaintsPolicy { get; set; }

    [JsonPropertyName("matchLabelKeys")]
    public List<string>? MatchLabelKeys { get; set; }
}

/// <summary>io.k8s.api.core.v1.TypedLocalObjectReference</summary>
public sealed class V1TypedLocalObjectReference
{
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("apiGroup")]
    public string? ApiGroup { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.TypedObjectReference</summary>
public sealed class V1TypedObjectReference
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

/// <summary>io.k8s.api.core.v1.Volume</summary>
public sealed class V1Volume
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("hostPath")]
    public V1HostPathVolumeSource? HostPath { get; set; }

    [JsonPropertyName("emptyDir")]
    public V1EmptyDirVolumeSource? EmptyDir { get; set; }

    [JsonPropertyName("gcePersistentDisk")]
    public V1GCEPersistentDiskVolumeSource? GcePersistentDisk { get; set; }

    [JsonPropertyName("awsElasticBlockStore")]
    public V1AWSElasticBlockStoreVolumeSource? AwsElasticBlockStore { get; set; }

    [JsonPropertyName("gitRepo")]
    public V1GitRepoVolumeSource? GitRepo { get; set; }

    [JsonPropertyName("secret")]
    public V1SecretVolumeSource? Secret { get; set; }

    [JsonPropertyName("nfs")]
    public V1NFSVolumeSource? Nfs { get; set; }

    [JsonPropertyName("iscsi")]
    public V1ISCSIVolumeSource? Iscsi { get; set; }

    [JsonPropertyName("glusterfs")]
    public V1GlusterfsVolumeSource? Glusterfs { get; set; }

    [JsonPropertyName("persistentVolumeClaim")]
    public V1PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }

    [JsonPropertyName("rbd")]
    public V1RBDVolumeSource? Rbd { get; set; }

    [JsonPropertyName("flexVolume")]
    public V1FlexVolumeSource? FlexVolume { get; set; }

    [JsonPropertyName("cinder")]
    public V1CinderVolumeSource? Cinder { get; set; }

    [JsonPropertyName("cephfs")]
    public V1CephFSVolumeSource? Cephfs { get; set; }

    [JsonPropertyName("flocker")]
    public V1FlockerVolumeSource? Flocker { get; set; }

    [JsonPropertyName("downwardAPI")]
    public V1DownwardAPIVolumeSource? DownwardAPI { get; set; }

    [JsonPropertyName("fc")]
    public V1FCVolumeSource? Fc { get; set; }

    [JsonPropertyName("azureFile")]
    public V1AzureFileVolumeSource? AzureFile { get; set; }

    [JsonPropertyName("configMap")]
    public V1ConfigMapVolumeSource? ConfigMap { get; set; }

    [JsonPropertyName("vsphereVolume")]
    public V1VsphereVirtualDiskVolumeSource? VsphereVolume { get; set; }

    [JsonPropertyName("quobyte")]
    public V1QuobyteVolumeSource? Quobyte { get; set; }

    [JsonPropertyName("azureDisk")]
    public V1AzureDiskVolumeSource? AzureDisk { get; set; }

    [JsonPropertyName("photonPersistentDisk")]
    public V1PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; set; }

    [JsonPropertyName("portworxVolume")]
    public V1PortworxVolumeSource? PortworxVolume { get; set; }

    [JsonPropertyName("scaleIO")]
    public V1ScaleIOVolumeSource? ScaleIO { get; set; }

    [JsonPropertyName("projected")]
    public V1ProjectedVolumeSource? Projected { get; set; }

    [JsonPropertyName("storageos")]
    public V1StorageOSVolumeSource? Storageos { get; set; }

    [JsonPropertyName("csi")]
    public V1CSIVolumeSource? Csi { get; set; }

    [JsonPropertyName("ephemeral")]
    public V1EphemeralVolumeSource? Ephemeral { get; set; }

    [JsonPropertyName("image")]
    public V1ImageVolumeSource? Image { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeDevice</summary>
public sealed class V1VolumeDevice
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("devicePath")]
    public string DevicePath { get; set; } = "";
}

/// <summary>io.k8s.api.core.v1.VolumeMount</summary>
public sealed class V1VolumeMount
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("mountPath")]
    public string MountPath { get; set; } = "";

    [JsonPropertyName("subPath")]
    public string? SubPath { get; set; }

    [JsonPropertyName("mountPropagation")]
    public string? MountPropagation { get; set; }

    [JsonPropertyName("subPathExpr")]
    public string? SubPathExpr { get; set; }

    [JsonPropertyName("recursiveReadOnly")]
    public string? RecursiveReadOnly { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeMountStatus</summary>
public sealed class V1VolumeMountStatus
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("mountPath")]
    public string MountPath { get; set; } = "";

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    [JsonPropertyName("recursiveReadOnly")]
    public string? RecursiveReadOnly { get; set; }

    [JsonPropertyName("volumeStatus")]
    public V1VolumeStatus? VolumeStatus { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeNodeAffinity</summary>
public sealed class V1VolumeNodeAffinity
{
    [JsonPropertyName("required")]
    public V1NodeSelector? Required { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeProjection</summary>
public sealed class V1VolumeProjection
{
    [JsonPropertyName("secret")]
    public V1SecretProjection? Secret { get; set; }

    [JsonPropertyName("downwardAPI")]
    public V1DownwardAPIProjection? DownwardAPI { get; set; }

    [JsonPropertyName("configMap")]
    public V1ConfigMapProjection? ConfigMap { get; set; }

    [JsonPropertyName("serviceAccountToken")]
    public V1ServiceAccountTokenProjection? ServiceAccountToken { get; set; }

    [JsonPropertyName("clusterTrustBundle")]
    public V1ClusterTrustBundleProjection? ClusterTrustBundle { get; set; }

    [JsonPropertyName("podCertificate")]
    public V1PodCertificateProjection? PodCertificate { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeResourceRequirements</summary>
public sealed class V1VolumeResourceRequirements
{
    [JsonPropertyName("limits")]
    public Dictionary<string, ResourceQuantity>? Limits { get; set; }

    [JsonPropertyName("requests")]
    public Dictionary<string, ResourceQuantity>? Requests { get; set; }
}

/// <summary>io.k8s.api.core.v1.VolumeStatus</summary>
public sealed class V1VolumeStatus
{
    [JsonPropertyName("image")]
    public V1ImageVolumeStatus? Image { get; set; }
}

/// <summary>io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource</summary>
public sealed class V1VsphereVirtualDiskVolumeSource
{
    [JsonPropertyName("volumePath")]
    public string VolumePath { get; set; } = "";

    [JsonPropertyName("fsType")]
    public string? FsType { get; set; }

    [JsonPropertyName("storagePolicyName")]
    public string? StoragePolicyName { get; set; }

    [JsonPropertyName("storagePolicyID")]
    public string? StoragePolicyID { get; set; }
}

/// <summary>io.k8s.api.core.v1.WeightedPodAffinityTerm</summary>
public sealed class V1WeightedPodAffinityTerm
{
    [JsonPropertyName("weight")]
    public int Weight { get; set; }

    [JsonPropertyName("podAffinityTerm")]
    public V1PodAffinityTerm PodAffinityTerm { get; set; } = new();
}

/// <summary>io.k8s.api.core.v1.WindowsSecurityContextOptions</summary>
public sealed class V1WindowsSecurityContextOptions
{
    [JsonPropertyName("gmsaCredentialSpecName")]
    public string? GmsaCredentialSpecName { get; set; }

    [JsonPropertyName("gmsaCredentialSpec")]
    public string? GmsaCredentialSpec { get; set; }

    [JsonPropertyName("runAsUserName")]
    public string? RunAsUserName { get; set; }

    [JsonPropertyName("hostProcess")]
    public bool? HostProcess { get; set; }
}

