using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Audit;

/// <summary>Objects as they stand in events: compact JSON, with or without metadata.managedFields.</summary>
internal static class AuditedObject
{
    private const string ManagedFields = "managedFields";

    /// <summary>An object of a request.</summary>
    public static ReadOnlyMemory<byte> Of(JsonObject obj, bool omitManagedFields)
    {
        if (omitManagedFields && obj["metadata"] is JsonObject metadata && metadata.ContainsKey(ManagedFields))
        {
            obj = obj.DeepClone().AsObject();
            Strip(obj);
        }

        return KubeBytes.Of(obj);
    }

    /// <summary>A document of a response: an object, a list or a table.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlySpan<byte> json, bool omitManagedFields)
    {
        json = json.TrimEnd((byte)'\n');
        if (!omitManagedFields || json.IndexOf("managedFields"u8) < 0)
        {
            return json.ToArray();
        }

        var obj = CanonicalJson.Parse(json);
        Strip(obj);
        foreach (var item in obj["items"] as JsonArray ?? [])
        {
            Strip(item);
        }

        foreach (var row in obj["rows"] as JsonArray ?? [])
        {
            Strip(row?["object"]);
        }

        return KubeBytes.Of(obj);
    }

    /// <summary>
    /// A patch, as it came. Upstream loses the events of patches that are no JSON; here YAML is converted, and what is
    /// neither is left out.
    /// </summary>
    public static ReadOnlyMemory<byte> OfPatch(ReadOnlySpan<byte> patch, bool isYaml)
    {
        try
        {
            var json = isYaml ? YamlConverter.ToJson(patch) : patch;
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ObjectDecoder.MaxDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                return default;
            }

            using var buffer = new PooledBuffer();
            using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
            {
                document.RootElement.WriteTo(writer);
            }

            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or ObjectDecodeException)
        {
            // The answer says what is wrong with it.
            return default;
        }
    }

    private static void Strip(JsonNode? obj) => ((obj as JsonObject)?["metadata"] as JsonObject)?.Remove(ManagedFields);
}
