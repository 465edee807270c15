using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Tells a pod the zone and region of its node by labels (KEP-4742): with the binding, or when it is made for a node.</summary>
internal sealed class PodTopologyLabels() : AdmissionPlugin("PodTopologyLabels")
{
    private static readonly string[] Copied = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create
        && request.Object is not null && (IsFor(request, "", "pods") || IsFor(request, "", "pods", "binding"));

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var node = request.Subresource.Length == 0
            ? (string?)request.Object!["spec"]?["nodeName"]
            : (string?)request.Object!["target"]?["kind"] == "Node" ? (string?)request.Object["target"]?["name"] : null;
        if (string.IsNullOrEmpty(node) || request.Objects.Get<V1Node>(null, node)?.Metadata.Labels is not { } labels)
        {
            return;
        }

        foreach (var name in Copied)
        {
            if (labels.TryGetValue(name, out var value)
                && request.Object!["metadata"]?["labels"]?[name] is null)
            {
                Child(Child(request.Object, "metadata"), "labels")[name] = value;
            }
        }
    }
}
