using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

/// <summary>How kubectl carries exec, attach, cp and port-forward: over WebSockets, its default, or over SPDY.</summary>
internal sealed class StreamTransport(string name)
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = name == "websocket" ? "true" : "false",
        ["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = name == "websocket" ? "true" : "false",
    };

    /// <summary>Runs kubectl in the namespace and returns how it ended.</summary>
    public Task<ProgramResult> RunAsync(TestNamespace space, string? input, params string[] arguments) =>
        WorkloadCluster.Cluster.TryKubectlAsync(["--namespace", space.Name, .. arguments], input, null, _environment);

    /// <summary>Starts a kubectl that goes on beside the test.</summary>
    public RunningProgram Start(TestNamespace space, params string[] arguments) =>
        new(WorkloadCluster.Cluster.StartKubectl(["--namespace", space.Name, .. arguments], _environment));

    /// <summary>Starts kubectl on a pseudo-terminal.</summary>
    public Task<Terminal> TerminalAsync(TestNamespace space, params string[] arguments) => Terminal.StartAsync(
        WorkloadCluster.Cluster.KubectlPath,
        ["--kubeconfig", WorkloadCluster.Cluster.Kubeconfig, "--namespace", space.Name, .. arguments],
        WorkloadCluster.Cluster.WithCache(_environment));
}
