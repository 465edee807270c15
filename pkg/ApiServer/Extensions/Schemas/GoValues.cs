using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>JSON values as Go writes them in error texts.</summary>
internal static class GoValues
{
    // Beyond it Go writes floats with an exponent (%v); .NET begins earlier. For small ones both begin at the same.
    private const int LargestPlainExponent = 20;

    /// <summary>
    /// How a field error shows a value: texts for it to quote, numbers as %v, all else as JSON with sorted members.
    /// </summary>
    public static object? Shown(JsonNode? node)
    {
        switch (node?.GetValueKind())
        {
            case null:
                return null;
            case JsonValueKind.String:
                return node.GetValue<string>();
            case JsonValueKind.True or JsonValueKind.False:
                return node.GetValue<bool>();
            case JsonValueKind.Number when JsonNumber.TryRead(node, out var number):
                return Shown(number);
            default:
                return new VerbatimValue(Json(node));
        }
    }

    /// <summary>How a field error shows a number.</summary>
    public static object Shown(JsonNumber number) =>
        number.IsWhole ? number.Whole : new VerbatimValue(Float(number.AsDouble));

    /// <summary>A float, %v: "1.5", "1e+21".</summary>
    public static string Float(double value)
    {
        // The shortest digits that read back as the value, and the exponent of the first one.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        if (value == 0 || !double.IsFinite(value) || !shortest.Contains('E', StringComparison.Ordinal))
        {
            return sign + shortest;
        }

        var parts = shortest.Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        if (exponent is > 0 and <= LargestPlainExponent)
        {
            return sign + digits.PadRight(exponent + 1, '0');
        }

        var mantissa = digits.Length > 1 ? digits[..1] + "." + digits[1..] : digits;
        return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>JSON as Go's encoder writes it: members sorted.</summary>
    public static string Json(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                text.Append('{');
                var isFirst = true;
                foreach (var (name, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    text.Append(isFirst ? "" : ",");
                    isFirst = false;
                    GoText.AppendJson(text, name);
                    text.Append(':');
                    Append(text, value);
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    Append(text, list[i]);
                }

                text.Append(']');
                break;
            case var _ when node.GetValueKind() == JsonValueKind.String:
                GoText.AppendJson(text, node.GetValue<string>());
                break;
            case var _ when JsonNumber.TryRead(node, out var number) && !number.IsWhole:
                text.Append(Float(number.AsDouble));
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }
}
