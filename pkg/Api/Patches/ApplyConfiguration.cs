using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Schema;

namespace Kube1.Api.Patches;

/// <summary>The bodies of server-side apply: YAML, of which JSON is a part.</summary>
public static class ApplyConfiguration
{
    /// <summary>
    /// The configuration. <paramref name="duplicates"/> names keys that stand twice, of which the last one counts, with
    /// their lines. Throws <see cref="ApiException"/> (400) for what is no object.
    /// </summary>
    public static JsonObject Read(ReadOnlySpan<byte> body, out IReadOnlyList<string> duplicates)
    {
        duplicates = [];
        if (TryReadJson(body) is { } direct)
        {
            return direct;
        }

        byte[] json;
        try
        {
            json = YamlConverter.ToJson(body, out duplicates);
        }
        catch (ObjectDecodeException e)
        {
            throw PatchErrors.Bad("error decoding YAML: " + e.Message);
        }

        return new SchemaWalk().ReadAnyRoot(json, out _) switch
        {
            null => [],
            JsonObject map => map,
            var other => throw PatchErrors.Bad(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                + $"{PatchBody.GoName(other)} into Go value of type map[string]interface {{}}"),
        };
    }

    // Most configurations are plain JSON, which is read much faster; whatever is odd is left to the YAML reader.
    private static JsonObject? TryReadJson(ReadOnlySpan<byte> body)
    {
        if (body.TrimStart((byte)' ') is not [(byte)'{', ..])
        {
            return null;
        }

        try
        {
            return new SchemaWalk().ReadAnyRoot(body, out var repeated) is JsonObject map && repeated.Count == 0
                ? map
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
