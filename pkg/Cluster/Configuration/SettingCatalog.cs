using System.Globalization;
using System.Net;
using Kube1.Api;
using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Configuration;

/// <summary>All settings. The command line, the config file and the environment are read by these rows and no others.</summary>
public static class SettingCatalog
{
    /// <summary>In the order in which `--help` shows them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("data-dir", "Where everything lives (default /var/lib/kube1)", "DIR", SettingScope.Both,
            (c, v) => c.DataDirectory = Path.GetFullPath(NonEmpty(v))),
        new("log-level", "trace, debug, info, warn or error (default info)", "LEVEL", SettingScope.Both,
            (c, v) => c.LogLevel = Level(v)),
        new("bind-address", "Address the API server listens on (default 0.0.0.0)", "IP", SettingScope.Server,
            (c, v) => c.BindAddress = Address(v)),
        new("https-listen-port", "Port the API server listens on (default 6443)", "PORT", SettingScope.Server,
            (c, v) => c.Port = Port(v)),
        new("advertise-address", "Address at which others reach the API server (default: the node's)", "IP",
            SettingScope.Server, (c, v) => c.AdvertiseAddress = Address(v)),
        new("tls-san", "One more name or address for the API server's certificate", "NAME", SettingScope.Server,
            (c, v) => c.TlsSans.Add(NonEmpty(v))) { Repeatable = true },
        new("cluster-cidr", "Range of the pods' addresses (default 10.42.0.0/16)", "CIDR", SettingScope.Server,
            (c, v) => c.ClusterCidr = Network(v, longestPrefix: 24)),
        new("service-cidr", "Range of the Services' addresses (default 10.43.0.0/16)", "CIDR", SettingScope.Server,
            (c, v) => c.ServiceCidr = Network(v, longestPrefix: 28)),
        new("service-node-port-range", "First and last node port (default 30000-32767)", "FROM-TO", SettingScope.Server,
            (c, v) => c.NodePortRange = PortRange(v)),
        new("cluster-dns", "Address of the cluster DNS (default: the tenth of the service range)", "IP",
            SettingScope.Server, (c, v) => c.ClusterDns = Address(v)),
        new("cluster-domain", "Domain of the cluster DNS (default cluster.local)", "DOMAIN", SettingScope.Server,
            (c, v) => c.ClusterDomain = NonEmpty(v)),
        new("write-kubeconfig", "Where the administrator's kubeconfig goes (default /etc/kube1/kubeconfig.yaml)", "PATH",
            SettingScope.Server, (c, v) => c.WriteKubeconfig = Path.GetFullPath(NonEmpty(v))),
        new("enable-admission-plugins", "Admission plug-ins to run besides the default ones, comma between them", "NAMES",
            SettingScope.Server, (c, v) => AddPlugins(c.EnabledAdmissionPlugins, v)) { Repeatable = true },
        new("disable-admission-plugins", "Admission plug-ins not to run, comma between them", "NAMES", SettingScope.Server,
            (c, v) => AddPlugins(c.DisabledAdmissionPlugins, v)) { Repeatable = true },
        new("admission-control-config-file", "AdmissionConfiguration with what plug-ins are to do", "PATH",
            SettingScope.Server, (c, v) => c.AdmissionControlConfigFile = Path.GetFullPath(NonEmpty(v))),
        new("disable-agent", "Run no pods on this server", "", SettingScope.Server,
            (c, v) => c.DisableAgent = Switch(v)) { IsSwitch = true },
        new("join", "The server to join, https://HOST:6443", "URL", SettingScope.Agent, (c, v) => c.Join = HttpsUrl(v)),
        new("token", "The token to join with (`kube1 token create` prints one)", "TOKEN", SettingScope.Agent,
            (c, v) => c.Token = NonEmpty(v)),
        new("node-name", "Name of this node (default: the host's)", "NAME", SettingScope.Both,
            (c, v) => c.NodeName = NonEmpty(v)),
        new("node-ip", "Address of this node (default: that of the default route)", "IP", SettingScope.Both,
            (c, v) => c.NodeIP = Address(v)),
        new("node-label", "A label that the node registers with", "KEY=VALUE", SettingScope.Both, AddLabel)
            { Repeatable = true },
        new("node-taint", "A taint that the node registers with", "KEY=VALUE:EFFECT", SettingScope.Both, AddTaint)
            { Repeatable = true },
        new("kubelet-port", "Port of the kubelet's API (default 10250)", "PORT", SettingScope.Both,
            (c, v) => c.KubeletPort = Port(v)),
        new("max-pods", "The most pods that this node takes (default 110)", "COUNT", SettingScope.Both,
            (c, v) => c.MaxPods = Number(v, 1, 1024)),
        new("container-runtime-endpoint", "Socket of a runtime that is already there (default: kube1 runs containerd)",
            "SOCKET", SettingScope.Both, (c, v) => c.ContainerRuntimeEndpoint = NonEmpty(v)),
        .. AuthenticationSettings.All,
        .. AuditSettings.All,
    ];

    /// <summary>The setting of this name; null when there is none.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    private static string NonEmpty(string text) => text.Length > 0 ? text : throw new FormatException("it is empty");

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"a whole number from {least} to {most} is expected");

    private static int Port(string text) => Number(text, 1, 65535);

    private static bool Switch(string text) => text switch
    {
        "" or "true" => true,
        "false" => false,
        _ => throw new FormatException("true or false is expected"),
    };

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new FormatException("an IP address is expected");

    private static IPNetwork Network(string text, int longestPrefix)
    {
        // IPNetwork masks host bits away; a range that has some is more likely a slip than meant.
        if (!IPNetwork.TryParse(text, out var network)
            || !text.StartsWith(network.BaseAddress + "/", StringComparison.Ordinal))
        {
            throw new FormatException("a range such as 10.42.0.0/16 is expected, its host bits zero");
        }

        if (network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            throw new FormatException("an IPv4 range is expected");
        }

        return network.PrefixLength <= longestPrefix
            ? network
            : throw new FormatException($"the range is too small: its prefix may be /{longestPrefix} at the longest");
    }

    private static (int First, int Last) PortRange(string text)
    {
        var parts = text.Split('-');
        if (parts.Length != 2)
        {
            throw new FormatException("a range such as 30000-32767 is expected");
        }

        var (first, last) = (Port(parts[0]), Port(parts[1]));
        return first <= last ? (first, last) : throw new FormatException("the first port is above the last");
    }

    private static LogLevel Level(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw new FormatException("trace, debug, info, warn or error is expected"),
    };

    private static Uri HttpsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? url
            : throw new FormatException("a URL such as https://192.0.2.1:6443 is expected");

    private static void AddPlugins(SortedSet<string> plugins, string text)
    {
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!AdmissionPluginNames.IsKnown(name))
            {
                throw new FormatException(
                    $"there is no admission plug-in '{name}'; there are {string.Join(", ", AdmissionPluginNames.All)}");
            }

            plugins.Add(name);
        }
    }

    private static void AddLabel(ClusterConfig config, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
        {
            throw new FormatException("KEY=VALUE is expected");
        }

        config.NodeLabels[text[..at]] = text[(at + 1)..];
    }

    private static void AddTaint(ClusterConfig config, string text)
    {
        var colon = text.LastIndexOf(':');
        var effect = colon < 0 ? "" : text[(colon + 1)..];
        if (colon <= 0 || effect is not ("NoSchedule" or "PreferNoSchedule" or "NoExecute"))
        {
            throw new FormatException("KEY=VALUE:EFFECT is expected, the effect NoSchedule, PreferNoSchedule or NoExecute");
        }

        var keyValue = text[..colon].Split('=', 2);
        config.NodeTaints.Add((keyValue[0], keyValue.ElementAtOrDefault(1) ?? "", effect));
    }
}
