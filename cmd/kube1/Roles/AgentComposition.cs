using System.Net;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Join;
using Kube1.Cluster.Supervision;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Roles;

/// <summary>
/// Every role of `kube1 agent` and the order in which they start: a server's node, but for how it reaches the API. The
/// machine has joined already; <paramref name="client"/> is the node's own.
/// </summary>
internal sealed class AgentComposition(
    ClusterConfig config, DataLayout layout, IPAddress nodeAddress, NodeCredentials credentials, KubeClient client,
    SharedSettings settings, ILoggerFactory loggers, TimeProvider time)
{
    private readonly InformerSet _informers = new(client, time, loggers);

    /// <summary>In the order of their start, as far as they depend on each other.</summary>
    public IReadOnlyList<Role> Roles()
    {
        var node = new NodeComposition(config, layout, nodeAddress, CreateNodeAccess, loggers, time);
        return [new("informers", [], RunInformersAsync), .. node.Roles("informers")];
    }

    private async Task RunInformersAsync(RoleSignals signals, CancellationToken ct)
    {
        signals.Ready($"{client.BaseAddress} as {credentials.NodeName}");
        await _informers.RunAsync(ct);
    }

    private NodeAccess CreateNodeAccess(string nodeName) => new(
        client, _informers, () => credentials.ServingOrProvisional, [credentials.Authority],
        [
            new NodeCertificateRenewal(credentials, client, _informers, time, loggers),
            new SharedSettingsFollower(
                settings, layout.AgentSettings, _informers, time, loggers.CreateLogger<SharedSettingsFollower>()),
        ]);
}
