using System.CommandLine;
using Kube1.Client;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Join;
using Kube1.Cmd.Logging;
using Kube1.Cmd.Roles;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 agent`: a node of a cluster whose server is elsewhere.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var command = new Command("agent", "Run a node that joins a server.");
        var settings = new SettingOptions(command, SettingScope.Agent);
        command.SetWork((parsed, ct) => RunAsync(settings.Load(parsed), ct));
        return command;
    }

    private static async Task<int> RunAsync(ClusterConfig config, CancellationToken ct)
    {
        var layout = new DataLayout(config.DataDirectory);
        var nodeAddress = ServerCommand.NodeAddress(config);
        using var processLock = ProcessLock.Take(layout);
        if (InstanceRecord.Read(layout.InstanceFile) is null)
        {
            // Also a join that fails half-way must be possible to uninstall.
            new InstanceRecord { Instance = config.InstanceName }.Write(layout.InstanceFile);
        }

        // The network cannot be set up before the cluster's settings are known, so nothing is started before the join.
        var userAgent = VersionCommand.UserAgentOf("kubelet");
        var join = new NodeJoin(config.Join!, layout.AgentTls, userAgent, TimeProvider.System);
        var credentials = await join.JoinAsync(config.Token, config.NodeName, ct);
        using var client = credentials.CreateClient(config.Join!, userAgent);
        var shared = await SettingsAsync(client, layout, ct);
        shared.ApplyTo(config);
        config.NodeName = credentials.NodeName;
        new InstanceRecord
        {
            Instance = config.InstanceName,
            ClusterCidr = config.ClusterCidr.ToString(),
            ClusterDns = config.EffectiveClusterDns.ToString(),
        }.Write(layout.InstanceFile);

        using var loggers = ProcessLogging.Create(config.LogLevel);
        var agent = new AgentComposition(
            config, layout, nodeAddress, credentials, client, shared, loggers, TimeProvider.System);
        await RoleHost.RunAsync(agent.Roles(), loggers, TimeProvider.System, ct);
        return 0;
    }

    /// <summary>From the last run where there was one: a node must come up while its server is away.</summary>
    private static async Task<SharedSettings> SettingsAsync(KubeClient client, DataLayout layout, CancellationToken ct)
    {
        if (SharedSettings.Load(layout.AgentSettings) is { } kept)
        {
            return kept;
        }

        var settings = await SharedSettings.FetchAsync(client, ct);
        settings.Save(layout.AgentSettings);
        return settings;
    }
}
