using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Kube1.Api.Models;

/// <summary>The one way between typed views and their JSON, source-generated so that it survives trimming.</summary>
public static class KubeJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = KubeJsonContext.Default,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Custom resource definitions nest deeper than the 64 levels that are the default.
        MaxDepth = Schema.ObjectDecoder.MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new TimeConverter(), new ResourceQuantityConverter(), new IntOrStringConverter() },
    };

    /// <summary>Reads a typed view from UTF-8 JSON. Throws <see cref="JsonException"/> on malformed input.</summary>
    public static T Deserialize<T>(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, TypeInfo<T>()) ?? throw new JsonException("the JSON value is null");

    /// <summary>
    /// Reads a typed view from a JSON tree, in which no object may name a member twice. Throws <see cref="JsonException"/> when
    /// a type does not fit.
    /// </summary>
    public static T Deserialize<T>(JsonNode node) => TreeShape.Of(TypeInfo<T>()).Read(node) is T view
        ? view
        : throw new JsonException("the JSON value is null");

    /// <summary>Writes a typed view as UTF-8 JSON; absent members are left out.</summary>
    public static byte[] Serialize<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>());

    /// <summary>Writes a typed view as a JSON tree that may be changed freely.</summary>
    public static JsonObject ToJson<T>(T value) => JsonSerializer.SerializeToNode(value, TypeInfo<T>())!.AsObject();

    /// <summary>A deep copy: what an informer's cache hands out is shared and must not be changed.</summary>
    public static T Clone<T>(T value) => Deserialize<T>(Serialize(value));

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}
