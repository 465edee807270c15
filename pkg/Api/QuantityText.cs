using System.Globalization;
using System.Numerics;

namespace Kube1.Api;

/// <summary>Reading and writing of quantities: k8s.io/apimachinery/pkg/api/resource.</summary>
internal static class QuantityText
{
    private const string FormatWrong =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private const string NumberWrong = "unable to parse numeric part of quantity";
    private const string SuffixWrong = "unable to parse quantity's suffix";

    /// <summary>A mantissa of this many digits fits a long, and with any suffix a decimal.</summary>
    private const int MaxFastDigits = 18;

    /// <summary>Beyond this power of ten every non-zero amount is over the cap, or under the finest one.</summary>
    private const int MaxPower = 60;

    private const decimal Largest = long.MaxValue;
    private const int NanoDigits = 9;
    private const string DecimalSuffixes = "num kMGTPE";
    private const string BinarySuffixes = "KMGTPE";

    private static readonly BigInteger LargestNano = new BigInteger(long.MaxValue) * BigInteger.Pow(10, NanoDigits);

    /// <summary>Null and the quantity, or what is wrong with the text.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out ResourceQuantity quantity)
    {
        quantity = default;
        var negative = text.Length > 0 && text[0] == '-';
        var start = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var end = start;
        var point = -1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || (text[end] == '.' && point < 0)))
        {
            point = text[end] == '.' ? end : point;
            end++;
        }

        var suffix = text[end..];
        if (end == start || !HasSuffixForm(suffix))
        {
            return FormatWrong;
        }

        if (end - start == 1 && point >= 0)
        {
            return NumberWrong;
        }

        if (!TryReadSuffix(suffix, out var powerOf10, out var powerOf2, out var format))
        {
            return SuffixWrong;
        }

        var whole = text[start..(point < 0 ? end : point)];
        var fraction = point < 0 ? default : text[(point + 1)..end];
        var value = Evaluate(whole, fraction, powerOf10, powerOf2);
        if (format == QuantityFormat.BinarySI && value is > 0m and < 1m)
        {
            format = QuantityFormat.DecimalSI;
        }

        quantity = new ResourceQuantity(negative ? -value : value, format);
        return null;
    }

    /// <summary>The canonical text.</summary>
    public static string Format(ResourceQuantity quantity)
    {
        if (quantity.IsZero)
        {
            return "0";
        }

        var isBinary = quantity.Format == QuantityFormat.BinarySI
            && decimal.Abs(quantity.Value) >= 1024m && decimal.Truncate(quantity.Value) == quantity.Value;
        var sign = quantity.Value < 0m ? "-" : "";
        return sign + (isBinary
            ? FormatBinary(decimal.Abs(quantity.Value))
            : FormatDecimal(decimal.Abs(quantity.Value), quantity.Format == QuantityFormat.DecimalExponent));
    }

    private static string FormatBinary(decimal value)
    {
        var mantissa = (UInt128)value;
        var power = 0;
        while (power < BinarySuffixes.Length && mantissa % 1024 == 0)
        {
            mantissa /= 1024;
            power++;
        }

        var number = mantissa.ToString(CultureInfo.InvariantCulture);
        return power == 0 ? number : $"{number}{BinarySuffixes[power - 1]}i";
    }

    private static string FormatDecimal(decimal value, bool asExponent)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var mantissa = ((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0];
        var exponent = -((bits[3] >> 16) & 0x7F);
        while (mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        // Units are powers of 1000, and none is larger than E.
        var target = Math.Min(exponent - (((exponent % 3) + 3) % 3), MaxFastDigits);
        for (; exponent > target; exponent--)
        {
            mantissa *= 10;
        }

        var number = mantissa.ToString(CultureInfo.InvariantCulture);
        if (exponent == 0)
        {
            return number;
        }

        return asExponent
            ? number + "e" + exponent.ToString(CultureInfo.InvariantCulture)
            : number + DecimalSuffixes[(exponent / 3) + 3];
    }

    // [eEinumkKMGTP]*[-+]?[0-9]*
    private static bool HasSuffixForm(ReadOnlySpan<char> suffix)
    {
        var at = 0;
        while (at < suffix.Length && "eEinumkKMGTP".Contains(suffix[at], StringComparison.Ordinal))
        {
            at++;
        }

        if (at < suffix.Length && suffix[at] is '+' or '-')
        {
            at++;
        }

        while (at < suffix.Length && char.IsAsciiDigit(suffix[at]))
        {
            at++;
        }

        return at == suffix.Length;
    }

    private static bool TryReadSuffix(
        ReadOnlySpan<char> suffix, out int powerOf10, out int powerOf2, out QuantityFormat format)
    {
        powerOf10 = 0;
        powerOf2 = 0;
        format = QuantityFormat.DecimalSI;
        if (suffix.Length == 0)
        {
            return true;
        }

        if (suffix.Length == 1 && suffix[0] != ' ' && DecimalSuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var unit)
        {
            powerOf10 = (unit - 3) * 3;
            return true;
        }

        if (suffix.Length == 2 && suffix[1] == 'i'
            && BinarySuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var binary)
        {
            powerOf2 = (binary + 1) * 10;
            format = QuantityFormat.BinarySI;
            return true;
        }

        format = QuantityFormat.DecimalExponent;
        if (suffix.Length < 2 || suffix[0] is not ('e' or 'E')
            || !long.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
        {
            return false;
        }

        // Far beyond what Evaluate tells apart, so that no text makes it count to a million.
        powerOf10 = (int)Math.Clamp(exponent, -1_000_000, 1_000_000);
        return true;
    }

    private static decimal Evaluate(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int powerOf10, int powerOf2)
    {
        whole = whole.TrimStart('0');
        fraction = fraction.TrimEnd('0');
        if (whole.Length + fraction.Length <= MaxFastDigits && powerOf10 is >= -NanoDigits and <= 0 && powerOf2 <= 20
            && fraction.Length - powerOf10 <= NanoDigits)
        {
            var mantissa = 0L;
            foreach (var digit in whole)
            {
                mantissa = (mantissa * 10) + (digit - '0');
            }

            foreach (var digit in fraction)
            {
                mantissa = (mantissa * 10) + (digit - '0');
            }

            var scaled = new decimal((int)mantissa, (int)(mantissa >> 32), 0, false, (byte)(fraction.Length - powerOf10));
            return decimal.Min(scaled * (1L << powerOf2), Largest);
        }

        return EvaluateLarge(whole, fraction, powerOf10, powerOf2);
    }

    private static decimal EvaluateLarge(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int powerOf10, int powerOf2)
    {
        var digits = string.Concat(whole, fraction).TrimStart('0');
        if (digits.Length == 0)
        {
            return 0m;
        }

        // The number is 0.digits × 10^magnitude.
        var magnitude = (long)digits.Length - fraction.Length + powerOf10;
        if (magnitude > MaxPower)
        {
            return Largest;
        }

        if (magnitude < -MaxPower)
        {
            return 0.000000001m;
        }

        // More digits than these only decide whether to round up; one that is not zero stands for all of them.
        if (digits.Length > 2 * MaxPower)
        {
            digits = digits[..(2 * MaxPower)] + "1";
        }

        var nano = BigInteger.Parse(digits, CultureInfo.InvariantCulture) << powerOf2;
        var shift = (int)magnitude - digits.Length + NanoDigits;
        if (shift >= 0)
        {
            nano *= BigInteger.Pow(10, shift);
        }
        else
        {
            nano = BigInteger.DivRem(nano, BigInteger.Pow(10, -shift), out var rest);
            nano += rest.IsZero ? 0 : 1;
        }

        return nano >= LargestNano ? Largest : (decimal)nano / 1_000_000_000m;
    }
}
