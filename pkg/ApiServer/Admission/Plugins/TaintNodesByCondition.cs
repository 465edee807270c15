using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>A new node starts tainted, so that no pod lands on it before it is Ready.</summary>
internal sealed class TaintNodesByCondition() : AdmissionPlugin("TaintNodesByCondition")
{
    private const string NotReady = "node.kubernetes.io/not-ready";

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && IsFor(request, "", "nodes");

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        if (Items(spec["taints"]).All(t => (string?)t["key"] != NotReady || (string?)t["effect"] != "NoSchedule"))
        {
            List(spec, "taints").Add((JsonNode)new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
        }
    }
}
