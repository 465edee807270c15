using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kube1.Api;

/// <summary>How a quantity is written; it keeps the notation that it was given in.</summary>
public enum QuantityFormat
{
    /// <summary>12345, 12k, 500m: powers of 1000.</summary>
    DecimalSI,

    /// <summary>12Ki, 5Gi: powers of 1024.</summary>
    BinarySI,

    /// <summary>12e6: powers of 1000 as exponents.</summary>
    DecimalExponent,
}

/// <summary>
/// An amount of a resource with its unit, "100m", "128Mi", "1e3"; equal amounts are equal whatever the notation. As
/// upstream, nothing is finer than 1n (finer amounts round away from zero) and nothing larger than 2^63-1.
/// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
/// </summary>
public readonly record struct ResourceQuantity : IComparable<ResourceQuantity>
{
    private const int MaxDigitsAfterPoint = 9;
    private const decimal Nano = 0.000000001m;

    /// <summary>An amount in the base unit, written in a format.</summary>
    public ResourceQuantity(decimal value, QuantityFormat format)
    {
        Value = value.Scale > MaxDigitsAfterPoint ? RoundUp(value) : value;
        Format = format;
    }

    /// <summary>Nothing.</summary>
    public static ResourceQuantity Zero { get; }

    /// <summary>The amount in the base unit (cores, bytes, pieces).</summary>
    public decimal Value { get; }

    /// <summary>How it is written.</summary>
    public QuantityFormat Format { get; }

    /// <summary>Whether the amount is zero.</summary>
    public bool IsZero => Value == 0m;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Math.Sign(Value);

    /// <summary>The amount in thousandths, rounded away from zero: millicores. Saturates.</summary>
    public long MilliValue => Saturate(Value * 1000m);

    /// <summary>The amount in the base unit, rounded away from zero. Saturates.</summary>
    public long LongValue => Saturate(Value);

    /// <summary>
    /// Adds amounts; the result is written as the left one, or as the right one if the left one is zero.
    /// </summary>
    public static ResourceQuantity operator +(ResourceQuantity left, ResourceQuantity right) => left.Add(right);

    /// <summary>Subtracts amounts; the result is written as for addition.</summary>
    public static ResourceQuantity operator -(ResourceQuantity left, ResourceQuantity right) => left.Subtract(right);

    /// <summary>Compares amounts.</summary>
    public static bool operator <(ResourceQuantity left, ResourceQuantity right) => left.Value < right.Value;

    /// <summary>Compares amounts.</summary>
    public static bool operator >(ResourceQuantity left, ResourceQuantity right) => left.Value > right.Value;

    /// <summary>Compares amounts.</summary>
    public static bool operator <=(ResourceQuantity left, ResourceQuantity right) => left.Value <= right.Value;

    /// <summary>Compares amounts.</summary>
    public static bool operator >=(ResourceQuantity left, ResourceQuantity right) => left.Value >= right.Value;

    /// <summary>
    /// Reads a quantity. Throws <see cref="FormatException"/>, in upstream's words, when the text is none.
    /// </summary>
    public static ResourceQuantity Parse(string text) =>
        QuantityText.Parse(text, out var quantity) is { } error ? throw new FormatException(error) : quantity;

    /// <summary>Reads a quantity; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ResourceQuantity quantity)
    {
        quantity = default;
        return text is not null && QuantityText.Parse(text, out quantity) is null;
    }

    /// <summary>Reads a quantity; false with upstream's words when the text is none.</summary>
    public static bool TryParse(string text, out ResourceQuantity quantity, [NotNullWhen(false)] out string? error)
    {
        error = QuantityText.Parse(text, out quantity);
        return error is null;
    }

    /// <summary>A whole number of the base unit.</summary>
    public static ResourceQuantity FromLong(long value) => new(value, QuantityFormat.DecimalSI);

    /// <summary>A number of thousandths of the base unit.</summary>
    public static ResourceQuantity FromMilli(long milli) => new(milli / 1000m, QuantityFormat.DecimalSI);

    /// <summary>A number of bytes, written with Ki, Mi, Gi.</summary>
    public static ResourceQuantity FromBytes(long sizeBytes) => new(sizeBytes, QuantityFormat.BinarySI);

    /// <summary>Adds an amount.</summary>
    public ResourceQuantity Add(ResourceQuantity other) => new(Value + other.Value, IsZero ? other.Format : Format);

    /// <summary>Takes an amount away.</summary>
    public ResourceQuantity Subtract(ResourceQuantity other) => new(Value - other.Value, IsZero ? other.Format : Format);

    /// <summary>The same amount with the other sign.</summary>
    public ResourceQuantity Negate() => new(-Value, Format);

    /// <inheritdoc/>
    public int CompareTo(ResourceQuantity other) => Value.CompareTo(other.Value);

    /// <summary>Equal amounts are equal, however they are written.</summary>
    public bool Equals(ResourceQuantity other) => Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>
    /// The canonical text: no fraction, the largest unit that loses nothing. "1000m" is "1", "0.5" is "500m".
    /// </summary>
    public override string ToString() => QuantityText.Format(this);

    private static decimal RoundUp(decimal value)
    {
        var rounded = decimal.Round(value, MaxDigitsAfterPoint, MidpointRounding.ToZero);
        return rounded == value ? rounded : rounded + (Math.Sign(value) * Nano);
    }

    private static long Saturate(decimal value)
    {
        var whole = value < 0m ? decimal.Floor(value) : decimal.Ceiling(value);
        return whole >= long.MaxValue ? long.MaxValue : whole <= long.MinValue ? long.MinValue : (long)whole;
    }
}

internal sealed class ResourceQuantityConverter : JsonConverter<ResourceQuantity>
{
    public override ResourceQuantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Number
            ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan)
            : reader.GetString();
        return ResourceQuantity.TryParse(text, out var quantity)
            ? quantity
            : throw new JsonException($"'{text}' is no quantity");
    }

    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
