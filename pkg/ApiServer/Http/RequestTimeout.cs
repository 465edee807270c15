using System.Buffers;
using System.Globalization;

namespace Kube1.ApiServer.Http;

/// <summary>How long a request may take: the time in ?timeout=, as a Go duration, and a minute at most.</summary>
internal static class RequestTimeout
{
    /// <summary>Upstream's --request-timeout.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(1);

    private static readonly SearchValues<char> NumberChars = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>The time in a query's timeout; the longest for none, zero and more than that.</summary>
    /// <exception cref="Api.Errors.ApiException">400: it is no duration.</exception>
    public static TimeSpan Of(string query)
    {
        if (query.Length == 0)
        {
            return Max;
        }

        var seconds = Parse(query) ?? throw Api.Errors.ApiErrors.BadRequest(
            "invalid timeout specified in the request URL - time: invalid duration " + Api.Json.GoText.Quote(query));
        return seconds > 0 && seconds < Max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Max;
    }

    // "1m30s", "-1.5h", "300ms"
    private static double? Parse(string text)
    {
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
