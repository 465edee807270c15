using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Webhooks;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// Fields of a webhook's answer. Null is as good as absent; another type ends the call, in the words of Go's decoder.
/// </summary>
/// <param name="prefix">The path of the object: "AdmissionReview.response.".</param>
internal readonly struct AnswerFields(string prefix)
{
    private readonly string _prefix = prefix;

    /// <summary>An object; null for none.</summary>
    public JsonObject? Object(JsonObject obj, string name) =>
        obj[name] is not { } node ? null : node as JsonObject ?? throw WrongType(name, node, "v1.AdmissionResponse");

    /// <summary>A text; null for none.</summary>
    public string? Text(JsonObject obj, string name) => obj[name] is { } node ? Text(name, node) : null;

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(JsonObject obj, string name) => obj[name] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var node => throw WrongType(name, node, "bool"),
    };

    /// <summary>Bytes in base64; none when absent.</summary>
    public byte[] Bytes(JsonObject obj, string name)
    {
        try
        {
            return Convert.FromBase64String(Text(obj, name) ?? "");
        }
        catch (FormatException e)
        {
            throw new WebhookCallException("failed to call webhook: illegal base64 data in " + _prefix + name, 503, e);
        }
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> List(JsonObject obj, string name)
    {
        if (obj[name] is not { } node)
        {
            return [];
        }

        var self = this;
        var list = node as JsonArray ?? throw WrongType(name, node, "[]string");
        return [.. list.Select(i => i is null ? "" : self.Text(name, i))];
    }

    /// <summary>A map of texts, by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts(JsonObject obj, string name)
    {
        if (obj[name] is not { } node)
        {
            return [];
        }

        var self = this;
        var map = node as JsonObject ?? throw WrongType(name, node, "map[string]string");
        return
        [
            .. map.OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => KeyValuePair.Create(p.Key, p.Value is null ? "" : self.Text(name, p.Value))),
        ];
    }

    private string Text(string name, JsonNode node) =>
        node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw WrongType(name, node, "string");

    private WebhookCallException WrongType(string name, JsonNode node, string type) => new(
        $"failed to call webhook: json: cannot unmarshal {WebhookJson.GoName(node)} into Go struct field {_prefix}{name} "
        + $"of type {type}");
}
