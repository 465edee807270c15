using System.Net;
using System.Text.Json.Nodes;

namespace Kube1.Network.Cni;

/// <summary>
/// The node's CNI configuration: the `ptp` plugin gives each pod a link of its own to the host, so that every packet
/// between pods passes the host's packet filter. (On a bridge, pods of one node would talk past it, unless the
/// br_netfilter module is there, and Services would break.) Addresses come from `host-local` over the node's range.
/// Published ports are the Service proxy's work, so no `portmap` and no iptables are needed.
/// </summary>
public static class CniConfig
{
    /// <summary>The runtime takes the first file in alphabetical order.</summary>
    private const string FileName = "10-kube1.conflist";

    /// <summary>Writes the configuration; readers see the old file or the new one, never half of it.</summary>
    public static void Write(NetworkOptions options, IPNetwork podRange, int mtu)
    {
        Directory.CreateDirectory(options.CniConfigDirectory);
        var path = Path.Combine(options.CniConfigDirectory, FileName);
        var text = Text(options, podRange, mtu);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return;
        }

        // The runtime watches the folder for names that end in .conf, .conflist or .json.
        var partial = path + ".new";
        File.WriteAllText(partial, text);
        File.Move(partial, path, overwrite: true);
    }

    internal static string Text(NetworkOptions options, IPNetwork podRange, int mtu) => new JsonObject
    {
        ["cniVersion"] = "0.4.0",
        ["name"] = options.Instance,
        ["plugins"] = new JsonArray(new JsonObject
        {
            ["type"] = "ptp",
            ["mtu"] = mtu,
            ["ipMasq"] = false,
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = options.CniDataDirectory,
                ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = podRange.ToString() })),
                ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
            },
        }),
    }.ToJsonString();
}
