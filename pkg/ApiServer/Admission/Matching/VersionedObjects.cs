using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>The objects of a write in one version.</summary>
/// <param name="Object">The new object; null on delete.</param>
/// <param name="OldObject">The stored object; null on create.</param>
internal sealed record VersionedWrite(JsonObject? Object, JsonObject? OldObject);

/// <summary>
/// The objects of a write in the versions that webhooks and policies want. Between them the object is in the form of all
/// other plug-ins: a built-in kind's in its stored one, a custom resource's in the version that was asked for.
/// </summary>
internal sealed class VersionedObjects(AdmissionRequest request)
{
    private readonly Dictionary<GroupVersionKind, (JsonObject? Source, VersionedWrite Shown)> _shown = [];

    /// <summary>
    /// The objects in a version; nobody may change them. Throws <see cref="ApiException"/> when a custom resource's webhook
    /// does not convert them.
    /// </summary>
    public async ValueTask<VersionedWrite> ShowAsync(MatchedResource seen, CancellationToken cancellationToken)
    {
        var isKnown = _shown.TryGetValue(seen.Kind, out var known);
        if (isKnown && ReferenceEquals(known.Source, request.Object))
        {
            return known.Shown;
        }

        var shown = new VersionedWrite(
            await ConvertAsync(request.Object, seen, cancellationToken).ConfigureAwait(false),
            isKnown ? known.Shown.OldObject
                : await ConvertAsync(request.OldObject, seen, cancellationToken).ConfigureAwait(false));
        _shown[seen.Kind] = (request.Object, shown);
        return shown;
    }

    /// <summary>
    /// Takes over an object that <paramref name="author"/> has changed in a version: decoded and defaulted again. Returns
    /// whether it is another now.
    /// </summary>
    /// <exception cref="ApiException">500: it is no such object any more, or, when strict, has fields that are none.</exception>
    public async ValueTask<bool> TakeAsync(
        MatchedResource seen, JsonObject before, JsonObject changed, string author, bool isStrict,
        CancellationToken cancellationToken)
    {
        var kind = seen.Kind;
        if (changed.Text("kind") != kind.Kind || changed.Text("apiVersion") != kind.ApiVersion)
        {
            throw ApiErrors.Internal(
                $"{author} made {changed.Text("apiVersion")}, Kind={changed.Text("kind")} of {kind}");
        }

        var after = Canonical(changed, seen.Schema, isStrict && !seen.Form.Descriptor.IsCustom);
        var isAnother = !SemanticEquality.Same(Canonical(before, seen.Schema, isStrict: false), after);
        request.Object = seen.IsWhole
            ? await BackAsync(after, seen, cancellationToken).ConfigureAwait(false)
            : after;
        return isAnother;
    }

    private async ValueTask<JsonObject> BackAsync(
        JsonObject obj, MatchedResource seen, CancellationToken cancellationToken)
    {
        seen.Form.View?.ToStored(obj);
        seen.Form.Strategy.Default(obj);
        var requested = request.Forms.Requested;
        if (seen.Kind != requested.Kind && requested.Form.Custom is { } version)
        {
            return await version.ConvertAsync(obj, cancellationToken).ConfigureAwait(false);
        }

        var own = request.Object!;
        (obj["apiVersion"], obj["kind"]) = (own.Text("apiVersion"), own.Text("kind"));
        return obj;
    }

    // Built-in kinds are shown with all the parts that upstream's have, stored or not.
    private static async ValueTask<JsonObject?> ConvertAsync(
        JsonObject? obj, MatchedResource seen, CancellationToken cancellationToken)
    {
        var converted = obj is null ? null
            : seen.IsWhole ? await VersionOfAsync(obj, seen, cancellationToken).ConfigureAwait(false)
            : obj;
        return converted is null || seen.Form.Custom is not null || seen.Schema is not { } schema
            ? converted
            : WholeObject.Of(converted, schema);
    }

    private static async ValueTask<JsonObject> VersionOfAsync(
        JsonObject obj, MatchedResource seen, CancellationToken cancellationToken)
    {
        if (seen.Form.View is { } view)
        {
            return view.Of(obj);
        }

        if (obj.Text("apiVersion") == seen.Kind.ApiVersion)
        {
            return obj;
        }

        var copy = obj.DeepClone().AsObject();
        if (seen.Form.Custom is { } version)
        {
            return await version.ConvertAsync(copy, cancellationToken).ConfigureAwait(false);
        }

        copy["apiVersion"] = seen.Kind.ApiVersion;
        copy["kind"] = seen.Kind.Kind;
        return copy;
    }

    private static JsonObject Canonical(JsonObject obj, SchemaType? schema, bool isStrict)
    {
        try
        {
            if (schema is null)
            {
                return obj.DeepClone().AsObject();
            }

            var decoded = ObjectDecoder.Canonicalize(obj, schema);
            return isStrict && decoded.Warnings.Count > 0
                ? throw ApiErrors.Internal(ObjectDecoder.StrictMessage(decoded.Warnings))
                : decoded.Object;
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.Internal(e.Message, e);
        }
    }
}
