using System.Globalization;
using System.Text;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>
/// containerd's configuration: version 2 for 1.6 and 1.7, version 3 for 2.x, which has CRI split into runtime and
/// images (https://github.com/containerd/containerd/blob/main/docs/cri/config.md).
/// </summary>
internal static class ContainerdConfig
{
    // Not needed, and each costs start-up time or probes the machine. Names that a version does not know are ignored.
    private static readonly string[] DisabledPlugins =
    [
        "io.containerd.snapshotter.v1.aufs",
        "io.containerd.snapshotter.v1.blockfile",
        "io.containerd.snapshotter.v1.btrfs",
        "io.containerd.snapshotter.v1.devmapper",
        "io.containerd.snapshotter.v1.erofs",
        "io.containerd.snapshotter.v1.zfs",
        "io.containerd.internal.v1.restart",
        "io.containerd.internal.v1.tracing",
        "io.containerd.tracing.processor.v1.otlp",
    ];

    // Killed last when memory runs out: all pods hang on it. Upstream's packages use the same value.
    private const int OomScore = -999;

    public static string Write(ContainerdOptions options, HostSupport host, Version version)
    {
        var text = new StringBuilder();
        var snapshotter = host.Overlay ? "overlayfs" : "native";
        text.Append(CultureInfo.InvariantCulture, $"""
            # Written by kube1 at each start; changes are lost.
            version = {(version.Major >= 2 ? 3 : 2)}
            root = {Quote(options.Root)}
            state = {Quote(options.State)}
            oom_score = {(host.CanRaiseOomScore ? OomScore : 0)}
            disabled_plugins = [{string.Join(", ", DisabledPlugins.Select(Quote))}]

            [grpc]
            address = {Quote(options.Socket)}

            [debug]
            level = "warn"

            [plugins."io.containerd.internal.v1.opt"]
            path = {Quote(Path.Combine(options.Root, "opt"))}

            [plugins."io.containerd.nri.v1.nri"]
            disable = true

            """);
        if (version.Major >= 2)
        {
            WriteVersion3(text, options, host, snapshotter, version);
        }
        else
        {
            WriteVersion2(text, options, host, snapshotter);
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void WriteVersion2(
        StringBuilder text, ContainerdOptions options, HostSupport host, string snapshotter)
    {
        const string Cri = "plugins.\"io.containerd.grpc.v1.cri\"";
        text.Append(CultureInfo.InvariantCulture, $"""

            [{Cri}]
            sandbox_image = {Quote(options.SandboxImage)}
            {RuntimeSettings(host)}
            stream_server_address = "127.0.0.1"
            stream_server_port = "0"

            [{Cri}.cni]
            bin_dir = {Quote(options.Binaries.CniDirectory)}
            conf_dir = {Quote(options.CniConfigDirectory)}

            [{Cri}.containerd]
            snapshotter = {Quote(snapshotter)}
            default_runtime_name = "runc"

            {RuncSettings(Cri, options)}
            """);
    }

    private static void WriteVersion3(
        StringBuilder text, ContainerdOptions options, HostSupport host, string snapshotter, Version version)
    {
        const string Runtime = "plugins.\"io.containerd.cri.v1.runtime\"";
        const string Images = "plugins.\"io.containerd.cri.v1.images\"";
        // 2.1 turned the one folder into a list and 2.3 removes the old key.
        var cni = version >= new Version(2, 1)
            ? $"bin_dirs = [{Quote(options.Binaries.CniDirectory)}]"
            : $"bin_dir = {Quote(options.Binaries.CniDirectory)}";
        text.Append(CultureInfo.InvariantCulture, $"""

            [plugins."io.containerd.grpc.v1.cri"]
            stream_server_address = "127.0.0.1"
            stream_server_port = "0"

            [{Images}]
            snapshotter = {Quote(snapshotter)}

            [{Images}.pinned_images]
            sandbox = {Quote(options.SandboxImage)}

            [{Runtime}]
            {RuntimeSettings(host)}

            [{Runtime}.cni]
            {cni}
            conf_dir = {Quote(options.CniConfigDirectory)}

            [{Runtime}.containerd]
            default_runtime_name = "runc"

            {RuncSettings(Runtime, options)}
            """);
    }

    // Unprivileged ports and ping as most distributions of Kubernetes have them; the oom score of containers can only
    // be lowered below containerd's own with CAP_SYS_RESOURCE, and without this setting no sandbox would start.
    private static string RuntimeSettings(HostSupport host) => $"""
        restrict_oom_score_adj = {(host.CanRaiseOomScore ? "false" : "true")}
        netns_mounts_under_state_dir = true
        enable_unprivileged_ports = true
        enable_unprivileged_icmp = true
        """;

    private static string RuncSettings(string plugin, ContainerdOptions options) => $"""
        [{plugin}.containerd.runtimes.runc]
        runtime_type = "io.containerd.runc.v2"

        [{plugin}.containerd.runtimes.runc.options]
        BinaryName = {Quote(options.Binaries.Runc)}
        Root = {Quote(Path.Combine(options.State, "runc"))}
        SystemdCgroup = false

        """;

    internal static string Quote(string value) =>
        '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
