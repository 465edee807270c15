using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Patches;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Bodies to custom objects. The schema drops unknown fields and refuses no value: that is validation's business. What
/// kind an object has to be is said as upstream says it of objects that no Go type stands for
/// (k8s.io/apimachinery/pkg/apis/meta/v1/unstructured).
/// </summary>
internal sealed class CustomBodyDecoder(CustomVersion version) : BodyDecoder
{
    private const int MaxQuotedBodyBytes = 30;

    /// <inheritdoc/>
    public override DecodedObject Decode(ReadOnlySpan<byte> body, FieldValidation mode, BodyFormat format)
    {
        if (format == BodyFormat.Protobuf)
        {
            throw NoProtobuf(body);
        }

        GroupVersionKind? kind = null;
        try
        {
            var json = ObjectDecoder.ToJson(body, version.Schema.Type, format, out var duplicates);
            var result = version.Schema.Decode(json);
            kind = KindOf(result.Object, json);
            if (mode == FieldValidation.Strict && duplicates.Count + result.Warnings.Count > 0)
            {
                throw new ObjectDecodeException(
                    ObjectDecoder.StrictMessage([.. YamlConverter.StrictErrors(duplicates), .. result.Warnings]));
            }

            return mode == FieldValidation.Ignore
                ? new DecodedObject(result.Object, [])
                : result with { Warnings = [.. duplicates, .. result.Warnings] };
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.BadRequest(kind is { } got
                ? $"{got.Kind} in version \"{got.Version}\" cannot be handled as a {version.Kind.Kind}: {e.Message}"
                : $"the object provided is unrecognized (must be of type {version.Kind.Kind}): {e.Message} ({Summarize(body)})");
        }
    }

    /// <inheritdoc/>
    public override DecodedObject Canonicalize(JsonObject changed) => version.Schema.Decode(CanonicalJson.Serialize(changed));

    /// <inheritdoc/>
    public override DecodedObject Canonicalize(PatchedObject patched, FieldValidation mode, bool keepsRest) =>
        patched.Canonicalize(version.Schema.Type, mode, Canonicalize);

    // Another kind is validation's business; another version would be decoded by the wrong schema.
    private GroupVersionKind KindOf(JsonObject obj, ReadOnlySpan<byte> json)
    {
        var (apiVersion, kind) = (obj.Text("apiVersion"), obj.Text("kind"));
        if (kind.Length == 0)
        {
            throw new ObjectDecodeException($"Object 'Kind' is missing in '{Encoding.UTF8.GetString(json)}'");
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && apiVersion.IndexOf('/', slash + 1) >= 0)
        {
            throw new ObjectDecodeException($"unexpected GroupVersion string: {apiVersion}");
        }

        if (apiVersion != version.Kind.ApiVersion)
        {
            throw ApiErrors.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version "
                + $"({version.Kind.ApiVersion})");
        }

        return version.Kind with { Kind = kind };
    }

    private ApiException NoProtobuf(ReadOnlySpan<byte> body)
    {
        try
        {
            var (apiVersion, kind) = ProtobufObjects.ReadKind(body);
            return ApiErrors.BadRequest(
                $"{kind} in version \"{apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" cannot be "
                + $"handled as a {version.Kind.Kind}: object *unstructured.Unstructured does not implement the protobuf "
                + "marshalling interface and cannot be encoded to a protobuf message");
        }
        catch (ObjectDecodeException e)
        {
            return ApiErrors.BadRequest(
                $"the object provided is unrecognized (must be of type {version.Kind.Kind}): {e.Message} ({Summarize(body)})");
        }
    }

    private static string Summarize(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0)
        {
            return "<empty>";
        }

        var isLong = body.Length > MaxQuotedBodyBytes;
        var head = isLong ? body[..MaxQuotedBodyBytes] : body;
        var text = body[0] == (byte)'{' ? Encoding.UTF8.GetString(head) : Convert.ToHexStringLower(head);
        return isLong ? text + " ..." : text;
    }
}
