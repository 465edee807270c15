using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Patches;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Http;

/// <summary>The body of a PATCH with its kind.</summary>
internal sealed class RequestPatch
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string ApplyYaml = "application/apply-patch+yaml";

    private static readonly string[] Types = [Json, Merge, Strategic, ApplyYaml];

    // Strategic merges need what only built-in types tell of their lists.
    private static readonly string[] CustomTypes = [Json, Merge, ApplyYaml];

    private readonly string _type;
    private readonly ReadOnlyMemory<byte> _body;

    private RequestPatch(string type, ReadOnlyMemory<byte> body)
    {
        _type = type;
        _body = body;
    }

    /// <summary>Whether it is a configuration for server-side apply.</summary>
    public bool IsApply => _type == ApplyYaml;

    /// <summary>
    /// Whether the patch may mean metadata.managedFields: it names them (or hides a name in escapes), or it can put any
    /// value anywhere.
    /// </summary>
    public bool MayChangeOwners => _type == Json
        || _body.Span.IndexOf("managedFields"u8) >= 0 || _body.Span.IndexOf("\\u"u8) >= 0;

    /// <summary>Reads the patch; throws 415 for other media types, CBOR among them.</summary>
    public static async ValueTask<RequestPatch> ReadAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var request = scope.Http.Request;
        var type = BodyReader.MediaType(request);
        var types = scope.Resource.Descriptor.IsCustom ? CustomTypes : Types;
        if (!types.Contains(type))
        {
            throw ApiErrors.UnsupportedMediaType(types);
        }

        var patch = new RequestPatch(type, await BodyReader.ReadAsync(request, cancellationToken).ConfigureAwait(false));
        scope.Audit?.RecordPatch(patch._body, isYaml: patch.IsApply);
        return patch;
    }

    /// <summary>The patched object; the current one stays as it is.</summary>
    public PatchedObject Apply(JsonObject current, SchemaType schema, FieldValidation mode)
    {
        IReadOnlyList<string> strictErrors;
        switch (_type)
        {
            case Json:
                var operations = PatchBody.ReadOperations(_body.Span, mode, out strictErrors);
                return new PatchedObject(JsonPatch.Apply(current, operations), strictErrors)
                {
                    ChangesMetadataAlone = operations.Count > 0 && operations.All(IsBelowMetadata),
                };
            case Merge:
                var merge = PatchBody.ReadMerge(_body.Span, mode, out strictErrors);
                return new PatchedObject(JsonMergePatch.Apply(current, merge), strictErrors)
                {
                    ChangesMetadataAlone = IsOfMetadata(merge),
                };
            default:
                var strategic = PatchBody.ReadStrategic(_body.Span, mode, out strictErrors);
                return new PatchedObject(StrategicMergePatch.Apply(current, strategic, schema), strictErrors, strategic)
                {
                    ChangesMetadataAlone = IsOfMetadata(strategic),
                };
        }
    }

    // Directives are members too, and concern the whole object.
    private static bool IsOfMetadata(JsonObject merge) => merge.Count == 1 && merge["metadata"] is JsonObject;

    private static bool IsBelowMetadata(JsonNode? operation) => operation is JsonObject members
        && IsBelow(members["path"]) && (!members.TryGetPropertyValue("from", out var from) || IsBelow(from));

    private static bool IsBelow(JsonNode? pointer) => pointer is JsonValue value
        && value.TryGetValue<string>(out var path) && path.StartsWith("/metadata/", StringComparison.Ordinal);

    /// <summary>The configuration to apply; see <see cref="ApplyConfiguration.Read"/>.</summary>
    public JsonObject ReadConfiguration(out IReadOnlyList<string> duplicates) => ApplyConfiguration.Read(_body.Span, out duplicates);
}
