using System.Buffers;
using System.Globalization;

namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>Lengths of time: Go's "1h30m", and "22 ns", "3 days" with any text around them.</summary>
internal static class DurationText
{
    private const double MaxNanoseconds = long.MaxValue;

    private static readonly SearchValues<char> Digits = SearchValues.Create(".0123456789");

    // The last name of each unit may go on: "hours", "minutes".
    private static readonly string[][] Units =
    [
        ["ns", "nano"], ["us", "µs", "micro"], ["ms", "milli"], ["s", "sec"], ["m", "min"], ["h", "hr", "hour"],
        ["d", "day"], ["w", "wk", "week"],
    ];

    private static readonly long[] UnitNanoseconds =
        [1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000, 86_400_000_000_000, 604_800_000_000_000];

    /// <summary>Whether the text tells a length of time.</summary>
    public static bool IsValid(string text) => IsGoDuration(text) || HasAmount(text, out _);

    /// <summary>Reads a length of time; amounts that no 64 bits hold wrap around, as upstream's.</summary>
    public static bool TryParse(string text, out long nanoseconds) =>
        Cel.Libraries.DurationText.TryParse(text, out nanoseconds) || HasAmount(text, out nanoseconds);

    // time.ParseDuration: a sign, and decimal numbers with units; "0" alone needs none.
    private static bool IsGoDuration(ReadOnlySpan<char> text)
    {
        var rest = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (rest is "0")
        {
            return true;
        }

        var sum = 0.0;
        var any = false;
        while (rest.Length > 0)
        {
            var end = 0;
            while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] == '.'))
            {
                end++;
            }

            if (!IsDecimal(rest[..end]))
            {
                return false;
            }

            var amount = double.Parse(rest[..end].Trim('.'), CultureInfo.InvariantCulture);
            rest = rest[end..];
            end = rest.IndexOfAny(Digits);
            var unit = end < 0 ? rest : rest[..end];
            var nanoseconds = NanosecondsOf(unit);
            rest = rest[unit.Length..];
            sum += amount * nanoseconds;
            any = true;
            if (nanoseconds == 0 || sum > MaxNanoseconds)
            {
                return false;
            }
        }

        return any;
    }

    private static bool IsDecimal(ReadOnlySpan<char> text) =>
        text.Count('.') <= 1 && text.ContainsAnyInRange('0', '9');

    private static double NanosecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => 0,
    };

    // Somewhere in it digits, white space or none, and the name of a unit.
    private static bool HasAmount(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var found = false;
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsAsciiDigit(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            at = Skip(text, at, char.IsAsciiDigit);
            var digits = text.AsSpan(start, at - start);
            var unitAt = Skip(text, at, letter => letter is '\t' or '\n' or '\f' or '\r' or ' ');
            var end = Skip(text, unitAt, letter => char.IsAsciiLetter(letter) || letter == 'µ');
            if (end == unitAt)
            {
                continue;
            }

            if (!long.TryParse(digits, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }

            var unit = UnitOf(text.AsSpan(unitAt, end - unitAt));
            found |= unit > 0;
            nanoseconds = unchecked(nanoseconds + (amount * unit));
            at = end;
        }

        return found;
    }

    // The length of a unit; 0 for none.
    private static long UnitOf(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < Units.Length; i++)
        {
            var names = Units[i];
            foreach (var name in names)
            {
                if (text.Equals(name, StringComparison.OrdinalIgnoreCase)
                    || (name == names[^1] && text.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
                {
                    return UnitNanoseconds[i];
                }
            }
        }

        return 0;
    }

    private static int Skip(string text, int at, Func<char, bool> fits)
    {
        while (at < text.Length && fits(text[at]))
        {
            at++;
        }

        return at;
    }
}
