using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kube1.Api;

/// <summary>A port, count or percentage that is a number or a text on the wire (intstr.IntOrString).</summary>
public readonly record struct IntOrString
{
    private readonly string? _text;

    /// <summary>A number.</summary>
    public IntOrString(int value) => IntValue = value;

    /// <summary>A text: a port name, or a percentage such as "25%".</summary>
    public IntOrString(string text) => _text = text;

    /// <summary>Whether this is a text.</summary>
    public bool IsString => _text is not null;

    /// <summary>The number; 0 when this is a text.</summary>
    public int IntValue { get; }

    /// <summary>The text; the empty string when this is a number.</summary>
    public string StringValue => _text ?? "";

    /// <summary>A number is itself.</summary>
    public static implicit operator IntOrString(int value) => new(value);

    /// <summary>A text is itself.</summary>
    public static implicit operator IntOrString(string text) => new(text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? IntValue.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The value scaled against <paramref name="total"/>: a number as it is, a percentage of the total rounded up or
    /// down. Null when the text is no percentage.
    /// </summary>
    public int? Scale(int total, bool roundUp)
    {
        if (_text is null)
        {
            return IntValue;
        }

        if (!_text.EndsWith('%') || !int.TryParse(_text.AsSpan(0, _text.Length - 1), CultureInfo.InvariantCulture, out var percent))
        {
            return null;
        }

        var exact = (long)percent * total;
        return (int)(roundUp ? (exact + 99) / 100 : exact / 100);
    }
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new IntOrString(reader.GetString()!) : new IntOrString(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.IsString)
        {
            writer.WriteStringValue(value.StringValue);
        }
        else
        {
            writer.WriteNumberValue(value.IntValue);
        }
    }
}
