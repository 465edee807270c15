using System.Net;
using System.Text.Json;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cluster.Configuration;

namespace Kube1.Cluster.Join;

/// <summary>
/// The settings that all nodes of a cluster must agree on. The server has them from its flags and publishes them as the
/// ConfigMap kube-system/kube1-cluster; agents take them from there.
/// </summary>
public sealed record SharedSettings(
    IPNetwork ClusterCidr, IPNetwork ServiceCidr, IPAddress ClusterDns, string ClusterDomain)
{
    /// <summary>The ConfigMap's namespace.</summary>
    public const string Namespace = "kube-system";

    /// <summary>The ConfigMap's name.</summary>
    public const string Name = "kube1-cluster";

    private const string ClusterCidrKey = "cluster-cidr";
    private const string ServiceCidrKey = "service-cidr";
    private const string ClusterDnsKey = "cluster-dns";
    private const string ClusterDomainKey = "cluster-domain";

    /// <summary>What a server's configuration says.</summary>
    public static SharedSettings Of(ClusterConfig config) =>
        new(config.ClusterCidr, config.ServiceCidr, config.EffectiveClusterDns, config.ClusterDomain);

    /// <summary>Asks the server. Throws <see cref="JoinException"/> when it has none or they cannot be read.</summary>
    public static async Task<SharedSettings> FetchAsync(KubeClient client, CancellationToken ct) =>
        Read(await client.Of<V1ConfigMap>().GetAsync(Namespace, Name, ct).ConfigureAwait(false)
            ?? throw new JoinException(
                $"{client.BaseAddress} has no ConfigMap {Namespace}/{Name}: start its `kube1 server` again, which writes it"));

    /// <summary>Reads what an earlier run kept; null when there is nothing usable.</summary>
    public static SharedSettings? Load(string path)
    {
        try
        {
            return File.Exists(path) ? Read(KubeJson.Deserialize<V1ConfigMap>(File.ReadAllBytes(path))) : null;
        }
        catch (Exception e) when (e is JsonException or JoinException)
        {
            return null;
        }
    }

    /// <summary>Keeps them, so that a restart does not depend on the server.</summary>
    public void Save(string path)
    {
        var partial = path + ".new";
        File.WriteAllBytes(partial, KubeJson.Serialize(ToConfigMap()));
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>As the server publishes them.</summary>
    public V1ConfigMap ToConfigMap() => new()
    {
        Metadata = new V1ObjectMeta { Name = Name, Namespace = Namespace },
        Data = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ClusterCidrKey] = ClusterCidr.ToString(),
            [ServiceCidrKey] = ServiceCidr.ToString(),
            [ClusterDnsKey] = ClusterDns.ToString(),
            [ClusterDomainKey] = ClusterDomain,
        },
    };

    /// <summary>Reads the ConfigMap. Throws <see cref="JoinException"/> that names the bad key.</summary>
    public static SharedSettings Read(V1ConfigMap map)
    {
        return new SharedSettings(
            IPNetwork.TryParse(Text(ClusterCidrKey), out var pods) ? pods : throw Bad(ClusterCidrKey),
            IPNetwork.TryParse(Text(ServiceCidrKey), out var services) ? services : throw Bad(ServiceCidrKey),
            IPAddress.TryParse(Text(ClusterDnsKey), out var dns) ? dns : throw Bad(ClusterDnsKey),
            Text(ClusterDomainKey) is { Length: > 0 } domain ? domain : throw Bad(ClusterDomainKey));

        string Text(string key) => map.Data?.GetValueOrDefault(key) ?? "";

        JoinException Bad(string key) => new(
            $"the ConfigMap {Namespace}/{Name} has no usable {key} ('{Text(key)}'): start the server again, which writes it anew");
    }

    /// <summary>Puts them in force for an agent.</summary>
    public void ApplyTo(ClusterConfig config)
    {
        config.ClusterCidr = ClusterCidr;
        config.ServiceCidr = ServiceCidr;
        config.ClusterDns = ClusterDns;
        config.ClusterDomain = ClusterDomain;
    }
}
