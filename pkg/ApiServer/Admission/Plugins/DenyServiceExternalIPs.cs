using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Services get no new external addresses, with which they could draw others' traffic (CVE-2020-8554). Off unless it is
/// asked for, as upstream.
/// </summary>
internal sealed class DenyServiceExternalIPs() : AdmissionPlugin("DenyServiceExternalIPs")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && IsFor(request, "", "services");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var before = Addresses(request.OldObject).ToHashSet(StringComparer.Ordinal);
        if (Addresses(request.Object).Any(address => !before.Contains(address)))
        {
            throw Forbidden(request, "Use of external IPs is denied by admission control");
        }
    }

    private static IEnumerable<string> Addresses(JsonObject? service) =>
        (service?["spec"]?["externalIPs"] as JsonArray ?? []).Select(a => (string?)a ?? "");
}
