using Kube1.Api.Models;
using Kube1.Client.Events;

namespace Kube1.Kubelet.Containers;

/// <summary>Events about pods and about containers in them (with a fieldPath, as upstream's).</summary>
internal sealed class ContainerEvents(EventRecorder recorder)
{
    public void Normal(V1Pod pod, V1Container container, string reason, string message) =>
        recorder.Record(Reference(pod, container), "Normal", reason, message);

    public void Warning(V1Pod pod, V1Container container, string reason, string message) =>
        recorder.Record(Reference(pod, container), "Warning", reason, message);

    public void Normal(V1Pod pod, string reason, string message) => recorder.Normal(pod, reason, message);

    public void Warning(V1Pod pod, string reason, string message) => recorder.Warning(pod, reason, message);

    private static V1ObjectReference Reference(V1Pod pod, V1Container container)
    {
        var list = pod.Spec!.InitContainers?.Contains(container) == true ? "initContainers"
            : pod.Spec.Containers.Contains(container) ? "containers"
            : "ephemeralContainers";
        return new V1ObjectReference
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Name = pod.Metadata.Name,
            Namespace = pod.Metadata.Namespace,
            Uid = pod.Metadata.Uid,
            ResourceVersion = pod.Metadata.ResourceVersion,
            FieldPath = $"spec.{list}{{{container.Name}}}",
        };
    }
}
