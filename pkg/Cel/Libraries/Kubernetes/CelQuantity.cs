using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Kube1.Api;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// A quantity, with what upstream's <c>isInteger</c> depends on: whether it is held as a long with a power of ten, and
/// with which. So "1000m" and "1.0" are no integers, and neither is a number of nineteen digits.
/// Source: k8s.io/apimachinery/pkg/api/resource, ParseQuantity and int64Amount.
/// </summary>
internal sealed class CelQuantity : CelObject
{
    // 10^18 is the largest power of ten in a long.
    private const int MaxDigits = 18;
    private const int BinaryDigits = 15;
    private const int Nano = -9;

    // No sum of parsed quantities in an expression comes near it; it keeps doubling in nested sums from overflowing.
    private const decimal Largest = 1e27m;

    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("0123456789.");

    private readonly (long Mantissa, int Scale)? scaled;

    private CelQuantity(ResourceQuantity amount, (long Mantissa, int Scale)? scaled) =>
        (Amount, this.scaled) = (amount, scaled);

    public override CelType Type => QuantityLibrary.Type;

    public ResourceQuantity Amount { get; }

    /// <summary>The amount as a long; null where upstream cannot tell it.</summary>
    public long? Integer => scaled is { Scale: >= 0 } whole ? Shifted(whole.Mantissa, whole.Scale) : null;

    public double ApproximateFloat => scaled is { } number
        ? number.Mantissa * Math.Pow(10, number.Scale)
        : (double)Amount.Value;

    public static CelQuantity FromInteger(long value) =>
        new(new ResourceQuantity(value, QuantityFormat.DecimalExponent), (value, 0));

    public static bool TryParse(
        string text, [NotNullWhen(true)] out CelQuantity? quantity, [NotNullWhen(false)] out string? error)
    {
        quantity = ResourceQuantity.TryParse(text, out var amount, out error)
            ? new CelQuantity(amount, Scaled(text))
            : null;
        return quantity is not null;
    }

    /// <summary>The sum; null when it is too large.</summary>
    public CelQuantity? Add(CelQuantity other) => Combined(other, other.Amount.Value, other.scaled);

    /// <summary>The difference; null when it is too large.</summary>
    public CelQuantity? Subtract(CelQuantity other) => Combined(
        other, -other.Amount.Value,
        other.scaled is { Mantissa: > long.MinValue } number ? (-number.Mantissa, number.Scale) : null);

    public override bool EqualTo(CelObject other) => other is CelQuantity quantity && quantity.Amount == Amount;

    public override int GetValueHash() => Amount.GetHashCode();

    public override string ToString() => Amount.ToString();

    private CelQuantity? Combined(CelQuantity other, decimal value, (long, int)? number)
    {
        var sum = Amount.Value + value;
        return decimal.Abs(sum) > Largest
            ? null
            : new CelQuantity(
                new ResourceQuantity(sum, Amount.IsZero ? other.Amount.Format : Amount.Format), Sum(scaled, number));
    }

    private static (long Mantissa, int Scale)? Sum((long Mantissa, int Scale)? left, (long Mantissa, int Scale)? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return null;
        }

        if (a.Mantissa == 0 || b.Mantissa == 0)
        {
            return a.Mantissa == 0 ? b : a;
        }

        var scale = Math.Min(a.Scale, b.Scale);
        if (Shifted(a.Mantissa, a.Scale - scale) is not { } x || Shifted(b.Mantissa, b.Scale - scale) is not { } y)
        {
            return null;
        }

        var sum = (Int128)x + y;
        return sum < long.MinValue || sum > long.MaxValue ? null : ((long)sum, scale);
    }

    private static long? Shifted(long mantissa, int digits)
    {
        var value = (Int128)mantissa;
        for (; digits > 0 && value != 0; digits--)
        {
            value *= 10;
            if (value < long.MinValue || value > long.MaxValue)
            {
                return null;
            }
        }

        return (long)value;
    }

    // The text is a quantity. Null where there are too many digits, or a fraction of a binary unit.
    private static (long Mantissa, int Scale)? Scaled(string text)
    {
        var number = text.AsSpan().TrimStart("+-");
        var end = number.IndexOfAnyExcept(NumberLetters);
        var suffix = end < 0 ? default : number[end..];
        number = end < 0 ? number : number[..end];
        var point = number.IndexOf('.');
        var whole = (point < 0 ? number : number[..point]).TrimStart('0');
        whole = whole.Length == 0 ? "0" : whole;
        var fraction = point < 0 ? default : number[(point + 1)..];
        var isBinary = suffix.Length == 2 && suffix[1] == 'i';
        var exponent = suffix.Length == 0 || isBinary ? 0 : suffix[0] is 'e' or 'E' && suffix.Length > 1
            ? ReadExponent(suffix[1..])
            : 3 * ("num kMGTPE".IndexOf(suffix[0], StringComparison.Ordinal) - 3);
        var power = isBinary ? 10 * ("KMGTPE".IndexOf(suffix[0], StringComparison.Ordinal) + 1) : 0;
        var scale = (isBinary ? 0 : exponent) - fraction.Length;
        var room = isBinary
            ? fraction.Length > 0 ? -1 : BinaryDigits - whole.Length - (int)(power * 3 / 10f) - 1
            : MaxDigits - whole.Length - fraction.Length;
        if (room < 0 || scale < Nano)
        {
            return null;
        }

        var digits = string.Concat(whole, fraction);
        var mantissa = (Int128)long.Parse(digits, CultureInfo.InvariantCulture) << power;
        return mantissa > long.MaxValue ? null : ((long)(text[0] == '-' ? -mantissa : mantissa), scale);
    }

    // The largest exponents stand for all beyond them.
    private static int ReadExponent(ReadOnlySpan<char> text) =>
        (int)Math.Clamp(long.Parse(text, CultureInfo.InvariantCulture), short.MinValue, short.MaxValue);
}
