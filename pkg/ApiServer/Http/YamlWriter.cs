using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Http;

/// <summary>JSON trees as YAML, keys sorted as upstream's encoder sorts them.</summary>
internal static class YamlWriter
{
    /// <summary>The UTF-8 YAML of a tree.</summary>
    public static byte[] Write(JsonNode node)
    {
        var text = new StringBuilder();
        Node(text, node, 0, inSequence: false);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Node(StringBuilder text, JsonNode? node, int indent, bool inSequence)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                Map(text, map, indent, inSequence);
                break;
            case JsonArray { Count: > 0 } list:
                foreach (var item in list)
                {
                    text.Append(' ', indent).Append("- ");
                    Node(text, item, indent + 2, inSequence: true);
                }

                break;
            default:
                text.Append(Scalar(node)).Append('\n');
                break;
        }
    }

    private static void Map(StringBuilder text, JsonObject map, int indent, bool inSequence)
    {
        var first = inSequence;
        foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(' ', first ? 0 : indent).Append(Text(key)).Append(':');
            first = false;
            switch (value)
            {
                case JsonObject { Count: > 0 }:
                    text.Append('\n');
                    Node(text, value, indent + 2, inSequence: false);
                    break;
                case JsonArray { Count: > 0 }:
                    text.Append('\n');
                    Node(text, value, indent, inSequence: false);
                    break;
                default:
                    text.Append(' ').Append(Scalar(value)).Append('\n');
                    break;
            }
        }
    }

    private static string Scalar(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    // Anything that could be read as something else than this text is written as JSON, which is YAML as well.
    private static string Text(string text) => IsPlain(text) ? text : JsonValue.Create(text).ToJsonString();

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
            || text.Any(c => c is < ' ' or > '~' or '#') || text.Contains(": ", StringComparison.Ordinal)
            || text[^1] is ':' or ' ')
        {
            return false;
        }

        return text.ToLowerInvariant() is not
            ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n")
            && !double.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _);
    }
}
