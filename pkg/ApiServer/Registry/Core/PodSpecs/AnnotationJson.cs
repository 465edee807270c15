using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// JSON in an annotation that was a field to be. Read as Go's encoding/json reads it into structs: members in any case, the
/// last of the same name counts, others are passed over; what is wrong is said in its words.
/// </summary>
/// <param name="json">The value; null means that all its fields are zero.</param>
/// <param name="type">Go's name of the struct, without its package.</param>
/// <param name="path">Where it is within the annotation, with a dot at its end; empty at the top.</param>
internal readonly struct AnnotationJson(JsonElement json, string type, string path = "")
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = ObjectDecoder.MaxDepth };

    private readonly JsonElement _json = json;

    private readonly string _type = type;

    private readonly string _path = path;

    /// <summary>Reads a list of structs.</summary>
    /// <exception cref="ObjectDecodeException">It is none; the message is Go's.</exception>
    public static IEnumerable<AnnotationJson> ReadList(string text, string package, string type)
    {
        var root = Parse(text);
        return root.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array => root.EnumerateArray().Select(item => new AnnotationJson(
                item.ValueKind is JsonValueKind.Object or JsonValueKind.Null
                    ? item
                    : throw new ObjectDecodeException(Wrong(item, "value", $"{package}.{type}")), type)),
            _ => throw new ObjectDecodeException(Wrong(root, "value", $"[]{package}.{type}")),
        };
    }

    /// <summary>Reads one struct.</summary>
    /// <exception cref="ObjectDecodeException">It is none; the message is Go's.</exception>
    public static AnnotationJson Read(string text, string package, string type)
    {
        var root = Parse(text);
        return root.ValueKind is JsonValueKind.Object or JsonValueKind.Null
            ? new AnnotationJson(root, type)
            : throw new ObjectDecodeException(Wrong(root, "value", $"{package}.{type}"));
    }

    /// <summary>A text, empty when absent.</summary>
    public string Text(string name, string goType = "string") => Find(name) is not { } value ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw Wrong(name, value, goType);

    /// <summary>A whole number; null when absent.</summary>
    public long? Integer(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw Wrong(name, value, "int64");

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(string name) => Find(name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Wrong(name, value, "bool"));

    /// <summary>A struct within; null when absent.</summary>
    public AnnotationJson? Object(string name, string package, string type) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new AnnotationJson(value, type, $"{_path}{name}.")
        : throw Wrong(name, value, $"{package}.{type}");

    /// <summary>Structs within.</summary>
    public IEnumerable<AnnotationJson> Objects(string name, string package, string type)
    {
        if (Find(name) is not { } list)
        {
            yield break;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, list, $"[]{package}.{type}");
        }

        foreach (var item in list.EnumerateArray())
        {
            yield return item.ValueKind is JsonValueKind.Object or JsonValueKind.Null
                ? new AnnotationJson(item, type, $"{_path}{name}.")
                : throw Wrong(name, item, $"{package}.{type}");
        }
    }

    private static JsonElement Parse(string text)
    {
        // Annotations are anyone's text, and the reader has no other way to say what is wrong.
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ObjectDecodeException(GoJsonSyntax.Describe(Encoding.UTF8.GetBytes(text)) ?? e.Message);
        }
    }

    private static string Wrong(JsonElement value, string where, string goType)
    {
        var what = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => goType == "int64" ? "number " + value.GetRawText() : "number",
            _ => "bool",
        };
        return $"json: cannot unmarshal {what} into Go {where} of type {goType}";
    }

    private ObjectDecodeException Wrong(string name, JsonElement value, string goType) =>
        new(Wrong(value, $"struct field {_type}.{_path}{name}", goType));

    private JsonElement? Find(string name)
    {
        JsonElement? found = null;
        if (_json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in _json.EnumerateObject())
            {
                if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)
                    && member.Value.ValueKind != JsonValueKind.Null)
                {
                    found = member.Value;
                }
            }
        }

        return found;
    }
}
