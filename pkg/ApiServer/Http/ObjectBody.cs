using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Patches;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Http;

/// <summary>Bodies and patched objects to canonical objects.</summary>
internal static class ObjectBody
{
    /// <summary>The request's body as an object of the resource: in its stored form, defaulted.</summary>
    public static async ValueTask<JsonObject> ReadAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var obj = await ReadAsync(scope, scope.Resource.Decoder, cancellationToken).ConfigureAwait(false);
        scope.Resource.View?.ToStored(obj);
        scope.Resource.Strategy.Default(obj);
        scope.Audit?.RecordRequest(scope.Resource.Codec.Presented(obj));
        return obj;
    }

    /// <summary>
    /// Whether a body in protobuf, which does not tell zero values and empty lists from absent ones, says no more than
    /// what is stored.
    /// </summary>
    public static bool IsUnchangedMessage(RequestScope scope, JsonObject obj, JsonObject stored)
    {
        if (BodyReader.FormatOf(scope.Http.Request) != BodyFormat.Protobuf)
        {
            return false;
        }

        var view = scope.Resource.View;
        using var message = new PooledBuffer();
        if (!ProtobufObjects.TryWrite(message, KubeBytes.Of(view?.Of(stored) ?? stored)))
        {
            return false;
        }

        // The stored object on the way that the body came: whatever the way loses, both have lost.
        var same = ObjectDecoder.Decode(
            message.WrittenSpan, SchemaOf(scope.Resource), FieldValidation.Ignore, BodyFormat.Protobuf).Object;
        view?.ToStored(same);
        scope.Resource.Strategy.Default(same);
        return JsonNode.DeepEquals(obj, same);
    }

    /// <summary>The request's body as an object of any type.</summary>
    public static async ValueTask<JsonObject> ReadAsync(
        RequestScope scope, SchemaType type, CancellationToken cancellationToken)
    {
        var obj = await ReadAsync(scope, BodyDecoder.Of(type), cancellationToken).ConfigureAwait(false);
        scope.Audit?.RecordRequest(obj);
        return obj;
    }

    private static async ValueTask<JsonObject> ReadAsync(
        RequestScope scope, BodyDecoder decoder, CancellationToken cancellationToken)
    {
        var format = BodyReader.FormatOf(scope.Http.Request);
        var body = await BodyReader.ReadAsync(scope.Http.Request, cancellationToken).ConfigureAwait(false);
        var decoded = decoder.Decode(body.Span, scope.FieldValidation, format);
        WarnAll(scope, decoded.Warnings);
        return decoded.Object;
    }

    /// <summary>
    /// A patched object in canonical form; 422 when the patch made something else of it. When it
    /// <paramref name="keepsRest"/>, all but metadata is canonical already.
    /// </summary>
    public static JsonObject Canonical(RequestScope scope, PatchedObject patched, BodyDecoder decoder, bool keepsRest = false)
    {
        var decoded = decoder.Canonicalize(patched, scope.FieldValidation, keepsRest);
        WarnAll(scope, decoded.Warnings);
        return decoded.Object;
    }

    /// <summary>The fields of a resource; those of all built-in resources are known.</summary>
    public static SchemaType SchemaOf(ServedResource resource) =>
        resource.Schema ?? throw new InvalidOperationException($"no schema for {resource.Descriptor.Kind}");

    /// <summary>
    /// The object must be the one that the URL names. A namespace that it does not tell is filled in, and one that it
    /// cannot be in is dropped. Throws 400.
    /// </summary>
    public static void CheckName(RequestScope scope, JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj);
        var expected = scope.Namespace ?? "";
        if (meta.Namespace.Length > 0 && expected.Length > 0 && meta.Namespace != expected)
        {
            throw ApiErrors.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        }

        if (meta.Namespace != expected)
        {
            meta.Namespace = expected;
        }

        if (meta.Name.Length == 0)
        {
            throw ApiErrors.BadRequest(
                $"the name of the object ({scope.Info.Name} based on URL) was undeterminable: name must be provided");
        }

        if (meta.Name != scope.Info.Name)
        {
            throw ApiErrors.BadRequest(
                $"the name of the object ({meta.Name}) does not match the name on the URL ({scope.Info.Name})");
        }
    }

    private static void WarnAll(RequestScope scope, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings)
        {
            scope.Warn(warning);
        }
    }
}
