using System.Buffers;

namespace Kube1.Cel.Libraries;

/// <summary>Durations as Go writes them: "1h30m", "-1.5s", "250ms", "0".</summary>
public static class DurationText
{
    private const ulong Limit = 1UL << 63;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>The duration in nanoseconds.</summary>
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var rest = text.AsSpan();
        var isNegative = rest.Length > 0 && rest[0] == '-';
        rest = rest.Length > 0 && rest[0] is '-' or '+' ? rest[1..] : rest;
        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        ulong total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTake(ref rest, out var part) || (total += part) > Limit)
            {
                return false;
            }
        }

        if (total == Limit && !isNegative)
        {
            return false;
        }

        nanoseconds = isNegative ? unchecked((long)(0 - total)) : (long)total;
        return true;
    }

    // One number with its unit.
    private static bool TryTake(ref ReadOnlySpan<char> rest, out ulong nanoseconds)
    {
        nanoseconds = 0;
        var whole = Digits(rest);
        if (!TryWhole(rest[..whole], out var value))
        {
            return false;
        }

        rest = rest[whole..];
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest.Length > 0 && rest[0] == '.')
        {
            var length = Digits(rest[1..]);
            fraction = rest.Slice(1, length);
            rest = rest[(1 + length)..];
        }

        if (whole == 0 && fraction.IsEmpty)
        {
            return false;
        }

        var unitLength = rest.IndexOfAny(NumberCharacters);
        unitLength = unitLength < 0 ? rest.Length : unitLength;
        var unit = UnitOf(rest[..unitLength]);
        rest = rest[unitLength..];
        if (unit == 0 || value > Limit / unit)
        {
            return false;
        }

        nanoseconds = (value * unit) + Fraction(fraction, unit);
        return nanoseconds <= Limit;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool TryWhole(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (value > Limit / 10)
            {
                return false;
            }

            value = (value * 10) + (ulong)(digit - '0');
            if (value > Limit)
            {
                return false;
            }
        }

        return true;
    }

    // Digits that no longer fit are dropped, as in Go.
    private static ulong Fraction(ReadOnlySpan<char> digits, ulong unit)
    {
        ulong value = 0;
        double scale = 1;
        foreach (var digit in digits)
        {
            if (value > (Limit - 1) / 10 || (value * 10) + (ulong)(digit - '0') > Limit)
            {
                break;
            }

            value = (value * 10) + (ulong)(digit - '0');
            scale *= 10;
        }

        return (ulong)(value * (unit / scale));
    }

    private static ulong UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };
}
