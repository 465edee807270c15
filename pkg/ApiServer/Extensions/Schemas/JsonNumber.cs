using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// A number as upstream reads it from JSON: whole when its text is and 64 bits hold it, and a float otherwise. "1.0" is a
/// float.
/// </summary>
internal readonly record struct JsonNumber
{
    private JsonNumber(long whole)
    {
        IsWhole = true;
        Whole = whole;
        AsDouble = whole;
    }

    private JsonNumber(double value) => AsDouble = value;

    /// <summary>Whether it is a whole number of 64 bits.</summary>
    public bool IsWhole { get; }

    /// <summary>The whole number; 0 for floats.</summary>
    public long Whole { get; }

    /// <summary>The number as a float.</summary>
    public double AsDouble { get; }

    /// <summary>Reads a node; false when it is no number.</summary>
    public static bool TryRead(JsonNode? node, out JsonNumber number)
    {
        number = default;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        if (value.TryGetValue<long>(out var whole))
        {
            number = new JsonNumber(whole);
        }
        else if (value.TryGetValue<int>(out var narrow))
        {
            number = new JsonNumber(narrow);
        }
        else if (value.TryGetValue<double>(out var real))
        {
            number = new JsonNumber(real);
        }
        else
        {
            var text = value.ToJsonString();
            number = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole)
                ? new JsonNumber(whole)
                : new JsonNumber(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return true;
    }
}
