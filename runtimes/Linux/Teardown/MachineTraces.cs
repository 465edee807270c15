using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Kube1.Kubelet.Hosts;
using Kube1.Network.Hosts;
using Kube1.Network.Overlay;
using Kube1.Runtimes.Linux.Cgroups;
using Kube1.Runtimes.Linux.Mounts;
using Kube1.Runtimes.Linux.Netlink;
using Kube1.Runtimes.Linux.Nftables;
using Kube1.Runtimes.Linux.Switches;

namespace Kube1.Runtimes.Linux.Teardown;

/// <summary>
/// Removes what one cluster left on this machine: processes, mounts, cgroups, packet filter table, addresses, routes. What
/// is ours is told by the data directory in a command line or mount point, by the instance's name, or by our route number.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed partial class MachineTraces(
    string dataDirectory, string instance, RuntimeLocation runtime, TextWriter output, TimeProvider time,
    IMounts? mounts = null)
{
    private const int SignalTerminate = 15;
    private const int SignalKill = 9;

    /// <summary>The server itself stops within 5 s; containers' shims at once.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    private readonly IMounts _mounts = mounts ?? new LinuxMounts();
    private readonly string _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));

    /// <summary>Asks a process to stop and kills it when it does not.</summary>
    public async Task StopProcessAsync(int processId, CancellationToken ct)
    {
        Report("stopping", $"process {processId}");
        Kill(processId, SignalTerminate);
        if (!await GoneAsync([processId], ct).ConfigureAwait(false))
        {
            Kill(processId, SignalKill);
            await GoneAsync([processId], ct).ConfigureAwait(false);
        }
    }

    /// <summary>Kills containers, their shims and the runtime: all processes in our cgroups or that name our directory.</summary>
    public async Task KillProcessesAsync(CancellationToken ct)
    {
        var shims = new ShimTraces(runtime, ByCommand("containerd-shim").Select(CommandLine));
        // The runtime first, or it would take the shims' deaths for news to act on.
        foreach (var find in new Func<List<int>>[] { () => ByCommand("containerd"), () => ByCommand("containerd-shim"), InCgroups })
        {
            var found = find();
            if (found.Count == 0)
            {
                continue;
            }

            Report("killing", string.Join(", ", found));
            found.ForEach(id => Kill(id, SignalKill));
            if (!await GoneAsync(found, ct).ConfigureAwait(false))
            {
                throw new IOException($"these processes do not die: {string.Join(", ", found)}");
            }
        }

        shims.Remove();
    }

    /// <summary>Unmounts everything below the directory, deepest first.</summary>
    /// <exception cref="IOException">Something is still mounted: to delete the directory would delete what is there.</exception>
    public void Unmount()
    {
        var points = MountsBelow();
        points.ForEach(_mounts.Unmount);
        if (MountsBelow() is { Count: > 0 } left)
        {
            throw new IOException($"these mounts do not go away: {string.Join(", ", left)}");
        }

        if (points.Count > 0)
        {
            Report("unmounted", $"{points.Count} mounts");
        }
    }

    /// <summary>Removes our cgroups, which are empty now.</summary>
    public void RemoveCgroups()
    {
        foreach (var top in CgroupRoots().Select(r => Path.Combine(r, instance)).Where(Directory.Exists))
        {
            foreach (var folder in Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories)
                .OrderByDescending(d => d.Length).Append(top))
            {
                // A cgroup's control files cannot be deleted and need not be: rmdir takes it whole.
                if (!NativeFolder.Remove(folder) && Marshal.GetLastPInvokeError() is var errno
                    && Directory.Exists(folder))
                {
                    throw new IOException($"{folder} cannot be removed: {Marshal.GetPInvokeErrorMessage(errno)}");
                }
            }

            Report("removed", top);
        }
    }

    /// <summary>Removes our packet filter table, our routes and the address of the cluster DNS.</summary>
    public void RemoveNetwork(IPNetwork clusterCidr, IPAddress clusterDns)
    {
        var network = new LinuxHostNetwork();
        network.RemoveLoopbackAddress(clusterDns);
        foreach (var route in network.ListRoutes(HostGatewayRoutes.RouteProtocol)
            .Where(r => clusterCidr.Contains(r.Destination.BaseAddress)))
        {
            network.RemoveRoute(route, HostGatewayRoutes.RouteProtocol);
        }

        try
        {
            using var nftables = new LibNftables();
            nftables.Run($"add table ip {instance}\ndelete table ip {instance}\n");
            Report("removed", $"nftables table ip {instance}, address {clusterDns}");
        }
        catch (NftablesException e)
        {
            // Without the library there never was a table of ours.
            Report("no nftables", e.Message);
        }
    }

    /// <summary>Puts kernel switches back to what they were before the first cluster, when this one is the last.</summary>
    public async Task RestoreSwitchesAsync(CancellationToken ct)
    {
        foreach (var (name, value) in await new KernelSwitches(_directory, time).RestoreAsync(ct).ConfigureAwait(false))
        {
            Report("restored", $"{name.Replace('/', '.')} = {value}");
        }
    }

    /// <summary>The words of a process's command line; none when it has ended meanwhile.</summary>
    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private void Report(string what, string which) => output.WriteLine($"  {what} {which}");

    private List<int> ByCommand(string program) => Processes(id =>
    {
        var command = CommandLine(id);
        return command.Length > 0
            && Path.GetFileName(command[0]).StartsWith(program, StringComparison.Ordinal)
            && command.Any(word => word.Contains(_directory + "/", StringComparison.Ordinal));
    });

    private List<int> InCgroups() => Processes(id =>
        File.ReadLines($"/proc/{id}/cgroup").Any(l => l.Contains($":/{instance}/", StringComparison.Ordinal)));

    private static List<int> Processes(Func<int, bool> wanted)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || id == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                if (wanted(id))
                {
                    found.Add(id);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while it was looked at: then it is not to be stopped either.
                continue;
            }
        }

        return found;
    }

    private async Task<bool> GoneAsync(IReadOnlyList<int> processIds, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (processIds.Any(IsAlive))
        {
            if (time.GetElapsedTime(started) > StopWithin)
            {
                return false;
            }

            await Task.Delay(LookAgainAfter, time, ct).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>A zombie is dead: only its parent has not looked yet.</summary>
    private static bool IsAlive(int id)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{id}/stat");
            return status[(status.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private List<string> MountsBelow() => _mounts.List().Select(m => m.Path)
        .Where(p => p == _directory || p.StartsWith(_directory + "/", StringComparison.Ordinal))
        .Reverse().ToList();

    private IEnumerable<string> CgroupRoots() =>
        _mounts.List().Where(m => m.Type is "cgroup" or "cgroup2").Select(m => m.Path);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int processId, int signal);

    private static void Kill(int processId, int signal)
    {
        const int NoSuchProcess = 3;
        if (KillProcess(processId, signal) != 0 && Marshal.GetLastPInvokeError() is var errno && errno != NoSuchProcess)
        {
            throw new IOException($"process {processId} cannot be stopped: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
    }
}
