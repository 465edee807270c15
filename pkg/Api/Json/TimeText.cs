using System.Globalization;
using Kube1.Api.Schema;

namespace Kube1.Api.Json;

/// <summary>Times on the wire: RFC 3339 in, UTC out, with Go's words for what does not parse.</summary>
internal static class TimeText
{
    private const string Layout = "2006-01-02T15:04:05Z07:00";
    private const string MicroLayout = "2006-01-02T15:04:05.000000Z07:00";

    /// <summary>The time in UTC with whole seconds, or with six fractional digits.</summary>
    public static string Canonicalize(string text, bool micro)
    {
        if (!micro && IsCanonical(text))
        {
            return text;
        }

        var layout = micro ? MicroLayout : Layout;
        var time = Parse(text, layout);
        return time.UtcDateTime.ToString(
            micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private static bool IsCanonical(string text) => text.Length == 20 && text[19] == 'Z'
        && DateTime.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static DateTimeOffset Parse(string text, string layout)
    {
        var at = 0;
        var year = Number(4, "2006", 0, 9999, "year");
        Literal('-');
        var month = Number(2, "01", 1, 12, "month");
        Literal('-');
        var day = Number(2, "02", 1, 31, "day");
        Literal('T');
        var hour = Number(2, "15", 0, 23, "hour");
        Literal(':');
        var minute = Number(2, "04", 0, 59, "minute");
        Literal(':');
        var second = Number(2, "05", 0, 59, "second");
        var ticks = Fraction(text, ref at);
        var offsetMinutes = Offset();
        if (at < text.Length)
        {
            throw new ObjectDecodeException($"parsing time \"{text}\": extra text: \"{text[at..]}\"");
        }

        // Year 0 exists in Go and not in .NET; nothing real carries it.
        if (year == 0 || day > DateTime.DaysInMonth(year, month))
        {
            throw new ObjectDecodeException($"parsing time \"{text}\": day out of range");
        }

        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified).AddTicks(ticks);
        var utcTicks = local.Ticks - (offsetMinutes * TimeSpan.TicksPerMinute);
        return utcTicks < 0 || utcTicks > DateTime.MaxValue.Ticks
            ? throw new ObjectDecodeException($"parsing time \"{text}\": year out of range")
            : new DateTimeOffset(utcTicks, TimeSpan.Zero);

        int Number(int digits, string element, int min, int max, string name)
        {
            // The parser alone takes NUL at the end for nothing.
            if (text.Length - at < digits || text.AsSpan(at, digits).ContainsAnyExceptInRange('0', '9') || !int.TryParse(
                    text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw Cannot(element);
            }

            at += digits;
            return number < min || number > max
                ? throw new ObjectDecodeException($"parsing time \"{text}\": {name} out of range")
                : number;
        }

        void Literal(char expected)
        {
            if (at >= text.Length || text[at] != expected)
            {
                throw Cannot(expected.ToString());
            }

            at++;
        }

        int Offset()
        {
            if (at < text.Length && text[at] == 'Z')
            {
                at++;
                return 0;
            }

            var start = at;
            if (text.Length - at < 6 || text[at] is not ('+' or '-') || text[at + 3] != ':'
                || text.AsSpan(at, 6).Contains('\0')
                || !int.TryParse(text.AsSpan(at + 1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
                || !int.TryParse(text.AsSpan(at + 4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
                || hours > 24 || minutes > 60)
            {
                throw Cannot("Z07:00");
            }

            at += 6;
            return (text[start] == '-' ? -1 : 1) * ((hours * 60) + minutes);
        }

        ObjectDecodeException Cannot(string element) => new(
            $"parsing time \"{text}\" as \"{layout}\": cannot parse \"{text[Math.Min(at, text.Length)..]}\" as \"{element}\"");
    }

    private static long Fraction(string text, ref int at)
    {
        if (at >= text.Length - 1 || text[at] is not ('.' or ',') || !char.IsAsciiDigit(text[at + 1]))
        {
            return 0;
        }

        at++;
        var ticks = 0L;
        for (var unit = TimeSpan.TicksPerSecond / 10; at < text.Length && char.IsAsciiDigit(text[at]); at++, unit /= 10)
        {
            ticks += (text[at] - '0') * unit;
        }

        return ticks;
    }
}
