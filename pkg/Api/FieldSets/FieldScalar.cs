using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;

namespace Kube1.Api.FieldSets;

/// <summary>
/// A value inside a field path: the member of a set, or a key of a list's item. Numbers compare by value whatever their
/// form, and all values have one order (sigs.k8s.io/structured-merge-diff/value Compare).
/// </summary>
internal readonly struct FieldScalar : IEquatable<FieldScalar>, IComparable<FieldScalar>
{
    /// <summary>Up to here, every whole double is exact.</summary>
    private const double MaxExactInteger = 9007199254740992;

    private readonly Rank _rank;
    private readonly string _text;
    private readonly double _number;

    private FieldScalar(Rank rank, string text, double number = 0)
    {
        _rank = rank;
        _text = text;
        _number = number;
    }

    // The order of values of different kinds.
    private enum Rank
    {
        Number,
        String,
        Boolean,
        List,
        Map,
        Null,
    }

    /// <summary>Whether it is a JSON null.</summary>
    public bool IsNull => _rank == Rank.Null;

    /// <summary>Whether it is a list.</summary>
    public bool IsList => _rank == Rank.List;

    /// <summary>Whether it is an object.</summary>
    public bool IsMap => _rank == Rank.Map;

    /// <summary>A text.</summary>
    public static FieldScalar Of(string text) => new(Rank.String, text);

    /// <summary>A value of a JSON tree.</summary>
    public static FieldScalar Of(JsonNode? node)
    {
        switch (node?.GetValueKind() ?? JsonValueKind.Null)
        {
            case JsonValueKind.String:
                return new FieldScalar(Rank.String, node!.GetValue<string>());
            case JsonValueKind.Number:
                return Number(node!.ToJsonString());
            case JsonValueKind.True:
                return new FieldScalar(Rank.Boolean, "true", 1);
            case JsonValueKind.False:
                return new FieldScalar(Rank.Boolean, "false");
            case JsonValueKind.Array:
                return new FieldScalar(Rank.List, node!.ToJsonString());
            case JsonValueKind.Object:
                return new FieldScalar(Rank.Map, node!.ToJsonString());
            default:
                return new FieldScalar(Rank.Null, "null");
        }
    }

    /// <summary>The value at the reader's position; the reader is left on its last token.</summary>
    public static FieldScalar Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => new FieldScalar(Rank.String, JsonText.Read(ref reader)),
        JsonTokenType.Number => Number(Encoding.ASCII.GetString(reader.ValueSpan)),
        JsonTokenType.True => new FieldScalar(Rank.Boolean, "true", 1),
        JsonTokenType.False => new FieldScalar(Rank.Boolean, "false"),
        JsonTokenType.StartArray => new FieldScalar(Rank.List, JsonElement.ParseValue(ref reader).GetRawText()),
        JsonTokenType.StartObject => new FieldScalar(Rank.Map, JsonElement.ParseValue(ref reader).GetRawText()),
        _ => new FieldScalar(Rank.Null, "null"),
    };

    /// <inheritdoc/>
    public int CompareTo(FieldScalar other)
    {
        if (_rank != other._rank)
        {
            return _rank.CompareTo(other._rank);
        }

        return _rank is Rank.Number or Rank.Boolean
            ? CompareNumbers(other)
            : Utf8Order.Compare(_text, other._text);
    }

    /// <inheritdoc/>
    public bool Equals(FieldScalar other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FieldScalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _rank is Rank.Number or Rank.Boolean
        ? HashCode.Combine(_rank, _number)
        : HashCode.Combine(_rank, string.GetHashCode(_text, StringComparison.Ordinal));

    /// <summary>As error texts show it: texts quoted, the rest as it is.</summary>
    public override string ToString() => _rank == Rank.String ? GoText.Quote(_text) : _text;

    /// <summary>As JSON, escaped as Go's encoder does it.</summary>
    public void AppendJson(StringBuilder json)
    {
        if (_rank == Rank.String)
        {
            GoText.AppendJson(json, _text);
        }
        else
        {
            json.Append(_text);
        }
    }

    // Whole numbers in their shortest form, so that 8080 and 8080.0 are written alike.
    private static FieldScalar Number(string text)
    {
        var number = double.Parse(text, CultureInfo.InvariantCulture);
        var isPlain = Math.Abs(number) <= MaxExactInteger && Math.Floor(number) == number;
        return new FieldScalar(
            Rank.Number, isPlain ? ((long)number).ToString(CultureInfo.InvariantCulture) : text, number);
    }

    // Beyond what a double holds, digits decide between numbers that are equal as doubles.
    private int CompareNumbers(FieldScalar other)
    {
        var order = _number.CompareTo(other._number);
        return order == 0 && Math.Abs(_number) > MaxExactInteger
            && long.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
            && long.TryParse(other._text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : order;
    }
}
