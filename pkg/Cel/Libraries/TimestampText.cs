using System.Globalization;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>Timestamps as RFC 3339 writes them, with any number of digits behind the second; those beyond the ninth are dropped.</summary>
public static class TimestampText
{
    // yyyy-MM-ddTHH:mm:ss
    private const int LengthToSeconds = 19;

    /// <summary>The timestamp, or upstream's error.</summary>
    public static CelValue Parse(string text)
    {
        if (!TryParse(text, out var seconds, out var nanoseconds, out var offset))
        {
            return CelValue.Error("type conversion error from 'string' to 'google.protobuf.Timestamp'");
        }

        return seconds is < CelValue.MinUnixSeconds or > CelValue.MaxUnixSeconds
            ? CelValue.Of(CelError.TimestampOverflow)
            : CelValue.OfTimestamp(seconds, nanoseconds, offset);
    }

    private static bool TryParse(string text, out long seconds, out int nanoseconds, out short offsetMinutes)
    {
        (seconds, nanoseconds, offsetMinutes) = (0, 0, 0);
        if (text.Length <= LengthToSeconds || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':'
            || text[16] != ':' || !TryNumber(text, 0, 4, out var year) || !TryNumber(text, 5, 2, out var month)
            || !TryNumber(text, 8, 2, out var day) || !TryNumber(text, 11, 2, out var hour)
            || !TryNumber(text, 14, 2, out var minute) || !TryNumber(text, 17, 2, out var second)
            || month is < 1 or > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        // The year 0, which .NET does not have, was a leap year.
        if (day > (year == 0 ? DateTime.DaysInMonth(4, month) : DateTime.DaysInMonth(year, month)))
        {
            return false;
        }

        var at = LengthToSeconds;
        if (text[at] is '.' or ',')
        {
            var end = ++at;
            for (; end < text.Length && char.IsAsciiDigit(text[end]); end++)
            {
                nanoseconds += (text[end] - '0') * NanosecondsOfDigit(end - at);
            }

            if (end == at)
            {
                return false;
            }

            at = end;
        }

        if (!TryOffset(text.AsSpan(at), out offsetMinutes))
        {
            return false;
        }

        // In the year 0 or beyond the end, the offset may still bring it into the range, or not.
        seconds = year == 0
            ? long.MinValue
            : (long)(new DateTime(year, month, day, hour, minute, second) - DateTime.UnixEpoch).TotalSeconds
                - (offsetMinutes * 60L);
        return true;
    }

    private static int NanosecondsOfDigit(int index)
    {
        var value = 100_000_000;
        for (; index > 0; index--)
        {
            value /= 10;
        }

        return value;
    }

    private static bool TryNumber(string text, int at, int length, out int value)
    {
        value = 0;
        return text.AsSpan(at, length).IndexOfAnyExceptInRange('0', '9') < 0
            && int.TryParse(text.AsSpan(at, length), NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out short minutes)
    {
        minutes = 0;
        if (text is "Z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || text.Contains('\0')
            || !int.TryParse(text.Slice(1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text.Slice(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var rest)
            || hours > 24 || rest > 59)
        {
            return false;
        }

        minutes = (short)(((hours * 60) + rest) * (text[0] == '-' ? -1 : 1));
        return true;
    }
}
