using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.FrontProxies;

/// <summary>The headers in which front proxies name users: the standard ones, and those of the settings.</summary>
internal sealed class FrontProxyHeaders(FrontProxyOptions options)
{
    private static readonly FrontProxyOptions Standard = new() { Proxies = [] };

    private readonly string[] _names =
    [
        .. new[] { Standard, options }.SelectMany(o => o.UsernameHeaders.Concat(o.UidHeaders).Concat(o.GroupHeaders))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private readonly string[] _prefixes =
        [.. Standard.ExtraHeaderPrefixes.Concat(options.ExtraHeaderPrefixes).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Drops them.</summary>
    public void Remove(IHeaderDictionary headers)
    {
        foreach (var name in _names)
        {
            headers.Remove(name);
        }

        ExtraHeaders.Remove(headers, _prefixes);
    }
}
