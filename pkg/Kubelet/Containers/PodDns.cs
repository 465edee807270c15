using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// What a pod's resolv.conf says, from its dnsPolicy and dnsConfig.
/// Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
/// </summary>
internal sealed class PodDns(string? clusterDnsAddress, string clusterDomain, string resolvConfPath)
{
    /// <summary>The resolver of glibc reads no more than these; upstream cuts there too.</summary>
    private const int MaxNameservers = 3;
    private const int MaxSearchPaths = 32;
    private const int MaxSearchCharacters = 2048;

    public DnsConfig For(V1Pod pod)
    {
        var spec = pod.Spec!;
        var host = ReadHost();
        var policy = spec.DnsPolicy ?? "ClusterFirst";
        var cluster = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && spec.HostNetwork != true);
        var servers = new List<string>();
        var searches = new List<string>();
        var options = new List<string>();
        if (policy == "None")
        {
            // Everything comes from dnsConfig.
        }
        else if (cluster && !string.IsNullOrEmpty(clusterDnsAddress))
        {
            servers.Add(clusterDnsAddress);
            searches.Add($"{pod.Metadata.Namespace}.svc.{clusterDomain}");
            searches.Add($"svc.{clusterDomain}");
            searches.Add(clusterDomain);
            searches.AddRange(host.Searches);
            options.Add("ndots:5");
        }
        else
        {
            servers.AddRange(host.Servers);
            searches.AddRange(host.Searches);
            options.AddRange(host.Options);
        }

        if (spec.DnsConfig is { } custom)
        {
            servers.AddRange(custom.Nameservers ?? []);
            searches.AddRange(custom.Searches ?? []);
            options = MergeOptions(options, custom.Options ?? []);
        }

        return new DnsConfig(
            [.. servers.Distinct(StringComparer.Ordinal).Take(MaxNameservers)],
            Limit(searches.Distinct(StringComparer.Ordinal)),
            options);
    }

    private static List<string> MergeOptions(List<string> own, List<V1PodDNSConfigOption> custom)
    {
        var result = new OrderedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var option in own)
        {
            var colon = option.IndexOf(':', StringComparison.Ordinal);
            result[colon < 0 ? option : option[..colon]] = colon < 0 ? null : option[(colon + 1)..];
        }

        foreach (var option in custom)
        {
            result[option.Name ?? ""] = option.Value;
        }

        return [.. result.Select(p => string.IsNullOrEmpty(p.Value) ? p.Key : $"{p.Key}:{p.Value}")];
    }

    private static List<string> Limit(IEnumerable<string> searches)
    {
        var result = new List<string>();
        var characters = 0;
        foreach (var search in searches.Take(MaxSearchPaths))
        {
            characters += search.Length + 1;
            if (characters > MaxSearchCharacters)
            {
                break;
            }

            result.Add(search);
        }

        return result;
    }

    private DnsConfig ReadHost()
    {
        var servers = new List<string>();
        var searches = new List<string>();
        var options = new List<string>();
        if (!File.Exists(resolvConfPath))
        {
            return new DnsConfig(servers, searches, options);
        }

        foreach (var line in File.ReadLines(resolvConfPath))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] is '#' or ';')
            {
                continue;
            }

            switch (words[0])
            {
                case "nameserver":
                    servers.Add(words[1]);
                    break;
                case "search":
                    searches = [.. words[1..].Select(w => w.Length > 1 ? w.TrimEnd('.') : w)];
                    break;
                case "options":
                    options.AddRange(words[1..]);
                    break;
            }
        }

        return new DnsConfig(servers, searches, options);
    }
}
