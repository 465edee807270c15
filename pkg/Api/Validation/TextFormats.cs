using System.Buffers;
using System.Globalization;

namespace Kube1.Api.Validation;

/// <summary>
/// Formats of texts that schemas and expressions both name, as upstream's checks take them
/// (kube-openapi/pkg/validation/strfmt).
/// </summary>
public static class TextFormats
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// 8-4-4-4-12 digits, each dash of which may be missing; the version, if one is given, is the first digit of the third
    /// group.
    /// </summary>
    public static bool IsUuid(string text, string version = "")
    {
        ReadOnlySpan<int> groups = [8, 4, 4, 4, 12];
        var rest = text.AsSpan();
        for (var i = 0; i < groups.Length; i++)
        {
            if (rest.Length < groups[i] || !IsHex(rest[..groups[i]]))
            {
                return false;
            }

            var first = char.ToLowerInvariant(rest[0]);
            if ((i == 2 && version.Length > 0 && first != version[0])
                || (i == 3 && version is "4" or "5" && first is not ('8' or '9' or 'a' or 'b')))
            {
                return false;
            }

            rest = rest[groups[i]..];
            if (i < groups.Length - 1 && rest.Length > 0 && rest[0] == '-')
            {
                rest = rest[1..];
            }
        }

        return rest.Length == 0;
    }

    /// <summary>Base 64 with padding; not the empty text.</summary>
    public static bool IsBase64(string text)
    {
        var padding = text.EndsWith("==", StringComparison.Ordinal) ? 2 : text.EndsWith('=') ? 1 : 0;
        if (text.Length == 0 || text.Length % 4 != 0)
        {
            return false;
        }

        foreach (var letter in text.AsSpan(0, text.Length - padding))
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('+' or '/'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>yyyy-MM-dd.</summary>
    public static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        || IsYearZero(text);

    // Go's calendar has a year 0, which is a leap year.
    private static bool IsYearZero(string text) => text.StartsWith("0000-", StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            "2000" + text[4..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>RFC 3339, where any character may stand before the fraction.</summary>
    public static bool IsDateTime(string text)
    {
        var parts = text.ToLowerInvariant().Split('t');
        if (parts.Length < 2 || !IsDate(parts[0]))
        {
            return false;
        }

        var time = parts[1];
        if (time.Length < 9 || time[2] != ':' || time[5] != ':'
            || !IsBelow(time, 0, "23") || !IsBelow(time, 3, "59") || !IsBelow(time, 6, "59"))
        {
            return false;
        }

        var at = 8;
        if (at + 1 < time.Length && char.IsAsciiDigit(time[at + 1]) && !IsZone(time.AsSpan(at)))
        {
            at++;
            while (at < time.Length && char.IsAsciiDigit(time[at]))
            {
                at++;
            }
        }

        return IsZone(time.AsSpan(at));
    }

    private static bool IsBelow(string text, int at, string most) =>
        char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1])
        && string.CompareOrdinal(text, at, most, 0, 2) <= 0;

    private static bool IsZone(ReadOnlySpan<char> text) => text is "z"
        || (text is ['+' or '-', _, _, ':', _, _] && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2])
            && char.IsAsciiDigit(text[4]) && char.IsAsciiDigit(text[5]));

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(HexDigits) < 0;
}
