using System.CommandLine;
using Kube1.Cluster.Configuration;
using Kube1.Network.Proxy;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Linux.Preflight;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 check`: whether this machine can run a cluster; one line a finding, with the command that mends it.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var command = new Command("check", "Check whether this machine can run Kube1. Takes the flags of `kube1 server`.");
        var agent = new Option<bool>("--agent") { Description = "Check for `kube1 agent`: no API server runs here" };
        command.Options.Add(agent);
        var settings = new SettingOptions(command, SettingScope.Server);
        command.SetWork((parsed, _) => Task.FromResult(Report(Findings(settings.Load(parsed), parsed.GetValue(agent)))));
        return command;
    }

    private static IEnumerable<Finding> Findings(ClusterConfig config, bool isAgent)
    {
        var layout = new DataLayout(config.DataDirectory);
        var running = ProcessLock.Holder(layout);
        var runsPods = isAgent || !config.DisableAgent;
        yield return MachineChecks.Root();
        if (runsPods)
        {
            yield return KernelFeatures.Overlay();
            yield return Environment.IsPrivilegedProcess
                ? KernelFeatures.PacketFilter(ServiceProxy.ProbeCommands)
                : Finding.Fine("nftables", "only root can look");
            yield return CgroupControllers.Check();
            yield return Runtime(config, layout);
        }

        if (!isAgent)
        {
            yield return MachineChecks.Port(config.BindAddress, config.Port, "--https-listen-port", running);
        }

        if (runsPods)
        {
            yield return MachineChecks.Port(System.Net.IPAddress.Any, config.KubeletPort, "--kubelet-port", running);
            yield return MachineChecks.DnsAddress(config.EffectiveClusterDns, running);
        }

        yield return MachineChecks.DataDirectory(layout.Root);
        foreach (var finding in MachineChecks.Memory())
        {
            yield return finding;
        }

        yield return MachineChecks.NodeAddress(config.NodeIP);
        yield return MachineChecks.Clock(TimeProvider.System);
    }

    private static Finding Runtime(ClusterConfig config, DataLayout layout)
    {
        const string subject = "container runtime";
        if (config.ContainerRuntimeEndpoint is { } given)
        {
            var path = Runtimes.Cri.Grpc.RuntimeEndpoint.Parse(given).Path;
            return File.Exists(path)
                ? Finding.Fine(subject, given)
                : Finding.Problem(subject, $"there is no socket {path}", "start that runtime, or leave --container-runtime-endpoint away");
        }

        if (ContainerdOptions.Problem(layout.Containerd) is { } tooLong)
        {
            return Finding.Problem(subject, tooLong, "choose a shorter --data-dir");
        }

        var search = RuntimeBinaries.Find(layout.Root);
        return search.Found is { } found
            ? Finding.Fine(subject, $"{found.Containerd}, {found.Runc}, CNI plugins in {found.CniDirectory}")
            : Finding.Problem(subject, "not found: " + string.Join("; ", search.Missing), search.InstallCommand);
    }

    private static int Report(IEnumerable<Finding> findings)
    {
        var problems = 0;
        foreach (var finding in findings)
        {
            Console.WriteLine(finding);
            problems += finding.IsProblem ? 1 : 0;
        }

        Console.WriteLine(problems switch
        {
            0 => "all is well",
            1 => "one problem",
            _ => $"{problems} problems",
        });
        return problems == 0 ? 0 : 1;
    }
}
