using Kube1.Api.Errors;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Http;

/// <summary>How long a request may take: the time in ?timeout=, as a Go duration, and a minute at most.</summary>
internal static class RequestTimeout
{
    /// <summary>Upstream's --request-timeout.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(1);

    /// <summary>The time in a query's timeout; the longest for none, zero and more than that.</summary>
    /// <exception cref="ApiException">400: it is no duration.</exception>
    public static TimeSpan Of(string query)
    {
        if (query.Length == 0)
        {
            return Max;
        }

        var seconds = GoDurationText.ParseSeconds(query) ?? throw ApiErrors.BadRequest(
            "invalid timeout specified in the request URL - time: invalid duration " + GoText.Quote(query));
        return seconds > 0 && seconds < Max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Max;
    }
}
