namespace Kube1.Kubelet.Containers;

/// <summary>
/// Which file names the node's real resolvers. systemd-resolved puts its own stub into /etc/resolv.conf, an address that
/// means nothing in a pod's network, and keeps the real ones beside.
/// Source: https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/#known-issues
/// </summary>
internal static class NodeResolvConf
{
    public const string Default = "/etc/resolv.conf";
    private const string SystemdResolved = "/run/systemd/resolve/resolv.conf";

    /// <summary>The path to use: the given one unless it names stubs of systemd-resolved only.</summary>
    public static string Choose(string path, string upstreams = SystemdResolved)
    {
        if (!File.Exists(path) || !File.Exists(upstreams))
        {
            return path;
        }

        var servers = File.ReadLines(path)
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => words[1])
            .ToList();
        return servers.Count > 0 && servers.TrueForAll(s => s is "127.0.0.53" or "127.0.0.54") ? upstreams : path;
    }
}
