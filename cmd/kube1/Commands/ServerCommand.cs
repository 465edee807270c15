using System.CommandLine;
using System.Net;
using Kube1.Cluster.Configuration;
using Kube1.Cmd.Logging;
using Kube1.Cmd.Roles;
using Kube1.Runtimes.Linux.Netlink;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 server`: the control plane and, unless told otherwise, a node.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var command = new Command("server", "Run the control plane and, unless told otherwise, a node.");
        var settings = new SettingOptions(command, SettingScope.Server);
        command.SetWork((parsed, ct) => RunAsync(settings.Load(parsed), ct));
        return command;
    }

    private static async Task<int> RunAsync(ClusterConfig config, CancellationToken ct)
    {
        var layout = new DataLayout(config.DataDirectory);
        var nodeAddress = NodeAddress(config);
        using var processLock = ProcessLock.Take(layout);
        new InstanceRecord
        {
            Instance = config.InstanceName,
            ClusterCidr = config.ClusterCidr.ToString(),
            ClusterDns = config.EffectiveClusterDns.ToString(),
            Kubeconfig = config.WriteKubeconfig ?? DataLayout.DefaultKubeconfig,
        }.Write(layout.InstanceFile);
        using var loggers = ProcessLogging.Create(config.LogLevel);
        using var server = new ServerComposition(config, layout, nodeAddress, loggers, TimeProvider.System);
        await RoleHost.RunAsync(server.Roles(), loggers, TimeProvider.System, ct);
        return 0;
    }

    /// <summary>The node's address: as given, else that of the default route.</summary>
    internal static IPAddress NodeAddress(ClusterConfig config) => config.NodeIP ?? new LinuxHostNetwork().DefaultAddress()
        ?? throw new CommandException("this machine has no default route to take its address from; give one with --node-ip");
}
