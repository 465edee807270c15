using System.CommandLine;
using System.Net;
using Kube1.Cluster.Configuration;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Linux.Teardown;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 uninstall`: stops the cluster of a data directory and removes every trace of it.</summary>
internal static class UninstallCommand
{
    public static Command Create()
    {
        var dataDirectory = CommandOptions.DataDirectory();
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        var command = new Command("uninstall", "Stop the cluster and remove every trace of it, its data included.")
        {
            dataDirectory, yes,
        };
        command.SetWork(async (parsed, ct) =>
        {
            var layout = new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!));
            if (!parsed.GetValue(yes) && !Confirm(layout))
            {
                return 1;
            }

            await UninstallAsync(layout, ct);
            return 0;
        });
        return command;
    }

    private static bool Confirm(DataLayout layout)
    {
        Console.Write($"This stops all containers of {layout.Root} and deletes its data. Continue? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static async Task UninstallAsync(DataLayout layout, CancellationToken ct)
    {
        if (!Directory.Exists(layout.Root))
        {
            Console.WriteLine($"there is nothing at {layout.Root}");
            return;
        }

        var record = InstanceRecord.Read(layout.InstanceFile);
        if (record is null && Directory.EnumerateFileSystemEntries(layout.Root)
            .Any(e => Path.GetFileName(e) is not ("kube1.log" or "kube1.pid" or "kube1.lock")))
        {
            throw new CommandException($"{layout.Root} is no data directory of kube1: it has no instance.json");
        }

        var instance = record?.Instance ?? ClusterConfig.InstanceNameOf(layout.Root);
        var runtime = new RuntimeLocation(
            ContainerdOptions.StateIn(layout.Containerd), ContainerdOptions.SocketIn(layout.Containerd));
        var traces = new MachineTraces(layout.Root, instance, runtime, Console.Out, TimeProvider.System);
        if (ProcessLock.Holder(layout) is { } server)
        {
            await traces.StopProcessAsync(server, ct);
        }

        await traces.KillProcessesAsync(ct);
        traces.Unmount();
        traces.RemoveCgroups();
        // Before the packet filter's rules go, which guard what the switches open.
        await traces.RestoreSwitchesAsync(ct);
        if (record is { ClusterCidr: { } range, ClusterDns: { } dns })
        {
            traces.RemoveNetwork(IPNetwork.Parse(range), IPAddress.Parse(dns));
        }

        if (record?.Kubeconfig is { } kubeconfig && File.Exists(kubeconfig))
        {
            File.Delete(kubeconfig);
            Console.WriteLine($"  removed {kubeconfig}");
            RemoveOwnFolder(kubeconfig);
        }

        Directory.Delete(layout.Root, recursive: true);
        Console.WriteLine($"  removed {layout.Root}");
    }

    // The folder of the default kubeconfig is ours; another cluster's kubeconfig or a config.yaml in it keeps it.
    private static void RemoveOwnFolder(string kubeconfig)
    {
        var folder = Path.GetDirectoryName(kubeconfig)!;
        if (kubeconfig == DataLayout.DefaultKubeconfig && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
            Console.WriteLine($"  removed {folder}");
        }
    }
}
