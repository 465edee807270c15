namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// What stands in a proxy URL for the object: "web", "web:80", "web:http", "https:web:443"
/// (https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/). Absent parts are empty.
/// </summary>
internal readonly record struct ProxyName(string Scheme, string Name, string Port)
{
    /// <summary>False when there are too many parts, no name, or another scheme than http and https.</summary>
    public static bool TryParse(string id, out ProxyName parsed)
    {
        parsed = id.Split(':') switch
        {
            [var name] => new("", name, ""),
            [var name, var port] => new("", name, port),
            [var scheme, var name, var port] => new(scheme, name, port),
            _ => default,
        };
        return parsed is { Name.Length: > 0, Scheme: "" or "http" or "https" };
    }
}
