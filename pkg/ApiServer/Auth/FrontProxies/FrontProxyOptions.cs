using System.Security.Cryptography.X509Certificates;

namespace Kube1.ApiServer.Auth.FrontProxies;

/// <summary>Proxies that may say for whom they speak: certificates of these CAs, with one of these names (none: any).</summary>
public sealed record FrontProxyTrust(X509Certificate2Collection Authorities, IReadOnlyList<string> AllowedNames);

/// <summary>
/// Whom to believe about a user, and in which headers: upstream's --requestheader-* settings.
/// https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
/// </summary>
public sealed record FrontProxyOptions
{
    /// <summary>The proxies.</summary>
    public required IReadOnlyList<FrontProxyTrust> Proxies { get; init; }

    /// <summary>The first of these headers that has a value is the user's name.</summary>
    public IReadOnlyList<string> UsernameHeaders { get; init; } = ["X-Remote-User"];

    /// <summary>The first of these headers that has a value is the user's uid.</summary>
    public IReadOnlyList<string> UidHeaders { get; init; } = ["X-Remote-Uid"];

    /// <summary>All values of these headers are groups.</summary>
    public IReadOnlyList<string> GroupHeaders { get; init; } = ["X-Remote-Group"];

    /// <summary>What follows one of these in a header's name is the key of an extra attribute.</summary>
    public IReadOnlyList<string> ExtraHeaderPrefixes { get; init; } = ["X-Remote-Extra-"];
}
