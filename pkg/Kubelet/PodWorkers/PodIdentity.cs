namespace Kube1.Kubelet.PodWorkers;

/// <summary>Which pod: what stays known of it when its object is gone.</summary>
internal sealed record PodIdentity(string Uid, string Namespace, string Name);
