using System.Text;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>The pod's hostname and its /etc/hosts.</summary>
internal static class PodHosts
{
    private const int MaxHostnameLength = 63;

    /// <summary>Short name and domain ("" when the pod has no subdomain). Throws when they make no host name.</summary>
    public static (string Hostname, string Domain) NameOf(V1Pod pod, string clusterDomain)
    {
        var spec = pod.Spec!;
        if (!string.IsNullOrEmpty(spec.HostnameOverride))
        {
            return (spec.HostnameOverride, "");
        }

        var hostname = string.IsNullOrEmpty(spec.Hostname) ? Truncate(pod.Metadata.Name!) : spec.Hostname;
        var domain = string.IsNullOrEmpty(spec.Subdomain)
            ? ""
            : $"{spec.Subdomain}.{pod.Metadata.Namespace}.svc.{clusterDomain}";
        return (hostname, domain);
    }

    /// <summary>What gethostname gives in the pod (KEP-1797). Throws when an FQDN is asked for and too long.</summary>
    public static string KernelHostname(V1Pod pod, string clusterDomain)
    {
        var (hostname, domain) = NameOf(pod, clusterDomain);
        if (pod.Spec!.SetHostnameAsFQDN != true || domain.Length == 0)
        {
            return hostname;
        }

        var fqdn = $"{hostname}.{domain}";
        return fqdn.Length <= MaxHostnameLength + 1
            ? fqdn
            : throw new ContainerConfigException(
                $"failed to construct FQDN from pod hostname and cluster domain, FQDN {fqdn} is too long "
                + $"(64 characters is the max, {fqdn.Length} characters requested)");
    }

    /// <summary>Contents of /etc/hosts; <paramref name="hostFile"/> is the node's own, for pods on its network.</summary>
    public static string FileFor(V1Pod pod, IReadOnlyList<string> podIPs, string clusterDomain, string hostFile)
    {
        var text = new StringBuilder();
        if (pod.Spec!.HostNetwork == true)
        {
            text.Append("# Kubernetes-managed hosts file (host network).\n");
            text.Append(File.Exists(hostFile) ? File.ReadAllText(hostFile) : "127.0.0.1\tlocalhost\n");
        }
        else
        {
            text.Append("# Kubernetes-managed hosts file.\n");
            text.Append("127.0.0.1\tlocalhost\n");
            text.Append("::1\tlocalhost ip6-localhost ip6-loopback\n");
            text.Append("fe00::0\tip6-localnet\n");
            text.Append("fe00::0\tip6-mcastprefix\n");
            text.Append("fe00::1\tip6-allnodes\n");
            text.Append("fe00::2\tip6-allrouters\n");
            var (hostname, domain) = NameOf(pod, clusterDomain);
            foreach (var ip in podIPs)
            {
                text.Append(ip).Append('\t');
                text.Append(domain.Length > 0 ? $"{hostname}.{domain}\t{hostname}\n" : $"{hostname}\n");
            }
        }

        if (pod.Spec.HostAliases is { Count: > 0 } aliases)
        {
            text.Append("\n# Entries added by HostAliases.\n");
            foreach (var alias in aliases)
            {
                text.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames ?? []).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Truncate(string name) =>
        name.Length <= MaxHostnameLength ? name : name[..MaxHostnameLength].TrimEnd('-', '.');
}
