using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Merging;
using Kube1.Api.Schema;
using Kube1.Api.Validation;

namespace Kube1.Api.Patches;

/// <summary>What a patch made of an object, before anybody looked whether that is an object still.</summary>
/// <param name="root">The patched document.</param>
/// <param name="strictErrors">What the patch itself has twice, or has that means nothing.</param>
/// <param name="strategic">The patch when it was a strategic merge patch: errors show it, and not what it made.</param>
public sealed class PatchedObject(JsonNode root, IReadOnlyList<string> strictErrors, JsonObject? strategic = null)
{
    /// <summary>Whether the patch names members of metadata and nothing else, so that all else is as it was.</summary>
    public bool ChangesMetadataAlone { get; init; }

    /// <summary>The patched object, to be changed at will. Throws 422 when it is none.</summary>
    public JsonObject Object => root as JsonObject ?? throw Invalid(
        "couldn't get version/kind; json parse error: json: cannot unmarshal " + PatchBody.GoName(root) + " into Go value "
        + "of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string "
        + "\"json:\\\"kind,omitempty\\\"\" }");

    /// <summary>
    /// The object in canonical form; its warnings are those of the patch and then its own. Throws
    /// <see cref="ApiException"/> (422) for what is no object of the type and, in the mode Strict, instead of warnings.
    /// Custom objects, and those with nothing new but their metadata, have a way of their own to <paramref name="decode"/>.
    /// </summary>
    public DecodedObject Canonicalize(
        SchemaType type, FieldValidation mode, Func<JsonObject, DecodedObject>? decode = null)
    {
        DecodedObject decoded;
        try
        {
            if (strategic is null && decode is null)
            {
                ObjectDecoder.CheckKind(Object, type);
            }

            decoded = decode?.Invoke(Object) ?? ObjectDecoder.Canonicalize(Object, type);
        }
        catch (ObjectDecodeException e)
        {
            throw Invalid(strategic is null ? e.Message : UnstructuredConversion.Explain(Object, type) ?? e.Message);
        }

        if (mode == FieldValidation.Ignore || strictErrors.Count + decoded.Warnings.Count == 0)
        {
            return decoded with { Warnings = [] };
        }

        // The decoder of strategic merge patches sorts what it finds.
        IReadOnlyList<string> warnings =
        [
            .. strictErrors,
            .. strategic is null ? decoded.Warnings : [.. decoded.Warnings.Order(StringComparer.Ordinal)],
        ];
        return mode == FieldValidation.Strict
            ? throw Invalid(ObjectDecoder.StrictMessage(warnings))
            : decoded with { Warnings = warnings };
    }

    // Upstream names no kind here.
    private ApiException Invalid(string message)
    {
        var errors = new FieldErrorList();
        var shown = strategic is null
            ? Encoding.UTF8.GetString(CanonicalJson.Serialize(root))
            : GoValueText.Of(WithoutOrders(strategic));
        errors.Invalid(FieldPath.Of("patch"), shown, message);
        return ApiErrors.Invalid(new GroupVersionKind("", "", ""), "", errors);
    }

    // Upstream's merge takes these members out of the patch on its way, and shows what is left.
    private static JsonNode? WithoutOrders(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            return new JsonArray([.. list.Select(WithoutOrders)]);
        }

        if (node is not JsonObject map)
        {
            return node?.DeepClone();
        }

        var result = new JsonObject();
        foreach (var (name, value) in map)
        {
            if (name != StrategicMergePatch.RetainKeys
                && !name.StartsWith(StrategicMergePatch.SetElementOrder, StringComparison.Ordinal)
                && !map.ContainsKey(StrategicMergePatch.SetElementOrder + name))
            {
                result[name] = WithoutOrders(value);
            }
        }

        return result;
    }
}
