using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// The objects of a write in the versions that webhooks want. Between webhooks the object is in its stored form, like
/// for all other plug-ins.
/// </summary>
internal sealed class VersionedObjects(AdmissionRequest request)
{
    /// <summary>The object as a webhook sees it; null on delete.</summary>
    public JsonObject? ObjectFor(WebhookMatch match) => Convert(request.Object, match);

    /// <summary>The stored object as a webhook sees it; null on create.</summary>
    public JsonObject? OldObjectFor(WebhookMatch match) => Convert(request.OldObject, match);

    /// <summary>
    /// Takes over an object that a webhook has changed: decoded and defaulted again. Returns whether it is another now.
    /// </summary>
    /// <exception cref="ApiException">500: it is no such object any more.</exception>
    public bool Take(WebhookMatch match, JsonObject before, JsonObject patched)
    {
        var kind = match.Kind;
        if (patched.Text("kind") != kind.Kind || patched.Text("apiVersion") != kind.ApiVersion)
        {
            throw ApiErrors.Internal(
                $"admission webhook \"{match.Webhook.Name}\" made {patched.Text("apiVersion")}, Kind={patched.Text("kind")} "
                + $"of {kind}");
        }

        var schema = IsWhole(match) ? match.Form.Schema : SchemaCatalog.BuiltIn.Find(kind);
        var after = Canonical(patched, schema);
        var changed = !SemanticEquality.Same(Canonical(before, schema), after);
        if (IsWhole(match))
        {
            match.Form.View?.ToStored(after);
            match.Form.Strategy.Default(after);
        }

        request.Object = after;
        return changed;
    }

    private static JsonObject? Convert(JsonObject? obj, WebhookMatch match)
    {
        if (obj is null || !IsWhole(match))
        {
            return obj;
        }

        if (match.Form.View is { } view)
        {
            return view.Of(obj);
        }

        if (obj.Text("apiVersion") == match.Kind.ApiVersion)
        {
            return obj;
        }

        var shown = obj.DeepClone().AsObject();
        shown["apiVersion"] = match.Kind.ApiVersion;
        shown["kind"] = match.Kind.Kind;
        return shown;
    }

    // Bodies of other kinds (a Scale, a Binding) have one version.
    private static bool IsWhole(WebhookMatch match) => match.Kind == match.Form.Descriptor.Kind;

    private static JsonObject Canonical(JsonObject obj, SchemaType? schema)
    {
        try
        {
            return schema is null ? obj.DeepClone().AsObject() : ObjectDecoder.Canonicalize(obj, schema).Object;
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.Internal(e.Message, e);
        }
    }
}
