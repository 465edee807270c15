using System.Buffers;
using System.Globalization;

namespace Kube1.Api.Json;

/// <summary>Durations as Go reads them: "1m30s", "-1.5h", "300ms" (time.ParseDuration).</summary>
public static class GoDurationText
{
    private static readonly SearchValues<char> NumberChars = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>The seconds; null for what is no duration.</summary>
    public static double? ParseSeconds(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var sign = text[0] == '-' ? -1 : 1;
        var rest = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        if (rest is "0")
        {
            return 0;
        }

        double total = 0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(NumberChars);
            if (digits <= 0 || !double.TryParse(
                rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            var end = rest.IndexOfAny(NumberChars);
            var name = (end < 0 ? rest : rest[..end]).ToString();
            var unit = Array.FindIndex(Units, u => u.Unit == name);
            if (unit < 0)
            {
                return null;
            }

            total += number * Units[unit].Seconds;
            rest = rest[name.Length..];
        }

        return text is "+" or "-" ? null : sign * total;
    }
}
