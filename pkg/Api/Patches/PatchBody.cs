using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.Patches;

/// <summary>
/// Reads patches as they come over the wire. Throws <see cref="ApiException"/> (400) for malformed ones. Upstream has two
/// decoders for each kind of patch, one that validates fields and one that does not, and their texts differ.
/// </summary>
public static class PatchBody
{
    private const string NoMergePatch = "invalid JSON Patch";

    /// <summary>The only members that an operation of a JSON patch has.</summary>
    private static readonly SchemaValue Operations = SchemaValue.ListOf(SchemaValue.ObjectOf(
        new SchemaType("handlers.jsonPatchOp",
        [
            new("op", SchemaValue.String), new("path", SchemaValue.String), new("from", SchemaValue.String),
            new("value", SchemaValue.Any),
        ])));

    /// <summary>
    /// The operations of a JSON patch; null makes none. <paramref name="strictErrors"/>:
    /// `json patch unknown field "[0].x"` and duplicate ones; none where fields are not validated.
    /// </summary>
    public static JsonArray ReadOperations(
        ReadOnlySpan<byte> body, FieldValidation mode, out IReadOnlyList<string> strictErrors)
    {
        var validates = mode != FieldValidation.Ignore;
        var prefix = validates ? "error decoding patch: " : "";
        var root = Parse(body, prefix, out _);
        strictErrors = validates ? [.. Check(body).Select(error => "json patch " + error)] : [];
        return root switch
        {
            null => [],
            JsonArray list => list,
            _ => throw PatchErrors.Bad($"json: cannot unmarshal {GoName(root)} into Go value of type jsonpatch.Patch"),
        };
    }

    /// <summary>A JSON merge patch. <paramref name="strictErrors"/>: `duplicate field "a.b"`.</summary>
    public static JsonObject ReadMerge(
        ReadOnlySpan<byte> body, FieldValidation mode, out IReadOnlyList<string> strictErrors)
    {
        if (mode != FieldValidation.Ignore)
        {
            return Parse(body, "error decoding patch: ", out strictErrors) switch
            {
                JsonObject map => map,
                null => throw PatchErrors.Bad(NoMergePatch),
                var other => throw PatchErrors.Bad("error decoding patch: " + NoMap(other)),
            };
        }

        strictErrors = [];
        try
        {
            return new SchemaWalk().ReadAnyRoot(body, out _) as JsonObject ?? throw PatchErrors.Bad(NoMergePatch);
        }
        catch (JsonException)
        {
            throw PatchErrors.Bad(NoMergePatch);
        }
    }

    /// <summary>
    /// A strategic merge patch; null changes nothing. <paramref name="strictErrors"/>: `duplicate field "a.b"`.
    /// </summary>
    public static JsonObject ReadStrategic(
        ReadOnlySpan<byte> body, FieldValidation mode, out IReadOnlyList<string> strictErrors)
    {
        var root = Parse(body, "", out var duplicates);
        strictErrors = mode == FieldValidation.Ignore ? [] : duplicates;
        return root switch
        {
            null => [],
            JsonObject map => map,
            _ => throw PatchErrors.Bad(NoMap(root)),
        };
    }

    internal static string GoName(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static IReadOnlyList<string> Check(ReadOnlySpan<byte> body)
    {
        try
        {
            return new SchemaWalk().CheckRoot(body, Operations);
        }
        catch (ObjectDecodeException e)
        {
            throw PatchErrors.Bad("error decoding patch: " + e.Message);
        }
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> body, string prefix, out IReadOnlyList<string> duplicates)
    {
        try
        {
            return new SchemaWalk().ReadAnyRoot(body, out duplicates);
        }
        catch (JsonException)
        {
            throw PatchErrors.Bad(prefix + (GoJsonSyntax.Describe(body) ?? "exceeded max depth"));
        }
    }

    private static string NoMap(JsonNode node) =>
        $"json: cannot unmarshal {GoName(node)} into Go value of type map[string]interface {{}}";
}
