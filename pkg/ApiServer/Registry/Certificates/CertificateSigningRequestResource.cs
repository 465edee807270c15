using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Certificates;

/// <summary>CertificateSigningRequests: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/</summary>
internal sealed class CertificateSigningRequestResource : ResourceStrategy
{
    /// <summary>Who asks is not for the client to say.</summary>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        base.PrepareForCreate(context, obj);
        var spec = obj.Ensure("spec");
        foreach (var field in new[] { "username", "uid", "groups", "extra" })
        {
            spec.Remove(field);
        }

        var user = context.User;
        spec["username"] = user.Name;
        if (user.Uid.Length > 0)
        {
            spec["uid"] = user.Uid;
        }

        if (user.Groups.Count > 0)
        {
            spec["groups"] = Texts(user.Groups);
        }

        foreach (var (key, values) in user.Extra ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            spec.Ensure("extra")[key] = Texts(values);
        }
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        Keep("spec", obj, old);
        Keep("status", obj, old);
    }

    /// <summary>Approving changes conditions, signing the rest of the status: each leaves the other's part alone.</summary>
    public override void PrepareForSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old)
    {
        KeepAllBut(obj, old, "status");
        var (status, before) = (obj.Ensure("status"), old.Child("status"));
        if (subresource == "approval")
        {
            Keep("certificate", status, before ?? []);
        }
        else
        {
            var decided = before.Items("conditions").Where(IsDecision).Select(c => c.DeepClone());
            var others = status.Items("conditions").Where(c => !IsDecision(c)).Select(c => c.DeepClone());
            var conditions = new JsonArray([.. decided, .. others]);
            status.Remove("conditions");
            if (conditions.Count > 0)
            {
                status["conditions"] = conditions;
            }
        }

        StampConditions(context, status, before);
    }

    /// <summary>Requests may be called anything that can stand in a path.</summary>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.PathSegment(name, prefix);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        SigningRequestRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        SigningRequestRules.ValidateUpdate(obj, old, approving: false, signing: false, errors);

    /// <inheritdoc/>
    public override void ValidateSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        SigningRequestRules.ValidateUpdate(
            obj, old, approving: subresource == "approval", signing: subresource == "status", errors);

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("spec.signerName", static o => o.Text("spec.signerName"))];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Age,
        Columns.Field("SignerName", "Who is asked to sign", "spec.signerName", Columns.None),
        Columns.Field("Requestor", "Who asks", "spec.username"),
        Columns.Text("RequestedDuration", "How long the certificate is to be valid", o =>
            o.Integer("spec.expirationSeconds") is { } seconds
                ? DefaultPrintColumns.Duration(TimeSpan.FromSeconds(seconds))
                : Columns.None),
        Columns.Text("Condition", "How far it has got", Condition),
    ];

    private static string Condition(JsonObject obj)
    {
        var types = (obj.At("status.conditions") as JsonArray ?? []).OfType<JsonObject>().Select(c => c.Text("type")).ToHashSet();
        var text = types.Contains("Denied") ? "Denied" : types.Contains("Approved") ? "Approved" : "Pending";
        text += types.Contains("Failed") ? ",Failed" : "";
        return obj.Text("status.certificate").Length > 0 ? text + ",Issued" : text;
    }

    private static bool IsDecision(JsonObject condition) => condition.Text("type") is "Approved" or "Denied";

    private static void StampConditions(StrategyContext context, JsonObject status, JsonObject? before)
    {
        var now = context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var condition in status.Items("conditions"))
        {
            condition.Default("lastUpdateTime", now);
            var same = before.Items("conditions").FirstOrDefault(c =>
                c.Text("type") == condition.Text("type") && c.Text("status") == condition.Text("status"));
            condition.Default("lastTransitionTime", Columns.OrElse(same.Text("lastTransitionTime"), now));
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
