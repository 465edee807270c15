using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise.</summary>
internal sealed class DefaultTolerationSeconds() : AdmissionPlugin("DefaultTolerationSeconds")
{
    private const int Seconds = 300;

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => IsFor(request, "", "pods")
        && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && IsFor(request, "", "pods");

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        Tolerate(spec, "node.kubernetes.io/not-ready");
        Tolerate(spec, "node.kubernetes.io/unreachable");
    }

    private static void Tolerate(JsonObject spec, string taint)
    {
        var present = Items(spec["tolerations"]).Any(t =>
            ((string?)t["key"] is not { Length: > 0 } key || key == taint)
            && ((string?)t["effect"] is not { Length: > 0 } effect || effect == "NoExecute"));
        if (!present)
        {
            List(spec, "tolerations").Add((JsonNode)new JsonObject
            {
                ["key"] = taint,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = Seconds,
            });
        }
    }
}
