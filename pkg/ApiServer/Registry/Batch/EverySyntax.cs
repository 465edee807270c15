using System.Buffers;
using System.Globalization;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>The duration of "@every 1h30m", as Go's time.ParseDuration reads it, with its words for what it does not.</summary>
internal static class EverySyntax
{
    private static readonly SearchValues<char> NumberChars = SearchValues.Create(".0123456789");

    /// <summary>Nanoseconds of a duration: an int64.</summary>
    private const decimal MaxNanoseconds = long.MaxValue;

    /// <summary>What has more digits than an int64 is too long a time in any unit.</summary>
    private const int MaxDigits = 19;

    /// <summary>What is wrong; null when all is well.</summary>
    public static string? Check(string text)
    {
        var rest = text.AsSpan();
        if (rest is ['+' or '-', ..])
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return null;
        }

        var total = 0m;
        do
        {
            if (!TryNumber(ref rest, out var number))
            {
                return $"time: invalid duration {GoText.Quote(text)}";
            }

            var end = rest.IndexOfAny(NumberChars);
            var unit = end < 0 ? rest : rest[..end];
            if (unit.Length == 0)
            {
                return $"time: missing unit in duration {GoText.Quote(text)}";
            }

            if (NanosecondsOf(unit) is not { } factor)
            {
                return $"time: unknown unit {GoText.Quote(unit.ToString())} in duration {GoText.Quote(text)}";
            }

            if (number > (MaxNanoseconds - total) / factor)
            {
                return $"time: invalid duration {GoText.Quote(text)}";
            }

            total += number * factor;
            rest = rest[unit.Length..];
        }
        while (rest.Length > 0);
        return null;
    }

    // Digits, a dot, digits: one side of the dot may be empty, but not both.
    private static bool TryNumber(ref ReadOnlySpan<char> text, out decimal number)
    {
        var whole = CountDigits(text);
        var digits = text[..whole];
        text = text[whole..];
        var fraction = 0;
        if (text is ['.', ..])
        {
            fraction = CountDigits(text[1..]);
            text = text[(1 + fraction)..];
        }

        number = 0;
        if (whole + fraction == 0)
        {
            return false;
        }

        return whole == 0 || (whole <= MaxDigits && decimal.TryParse(
            digits, NumberStyles.None, CultureInfo.InvariantCulture, out number));
    }

    private static int CountDigits(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    private static decimal? NanosecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "\u00b5s" or "\u03bcs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => null,
    };
}
