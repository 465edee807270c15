using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Kube1.Runtimes.Linux.Netlink;

namespace Kube1.Runtimes.Linux.Preflight;

/// <summary>The looks at the machine itself: rights, memory, disk, ports, addresses, clock.</summary>
public static class MachineChecks
{
    /// <summary>Server, agent and containerd with a few pods; below it, the kernel kills one of them.</summary>
    private const long MinMemoryMegabytes = 384;

    /// <summary>Room for the database and a few images.</summary>
    private const long MinFreeMegabytes = 1000;

    private const int DnsPort = 53;

    /// <summary>Certificates that are issued before this would look expired everywhere else.</summary>
    private static readonly DateTimeOffset EarliestSaneTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>X.509 writes later years in another form, and no clock that runs is this far off.</summary>
    private static readonly DateTimeOffset LatestSaneTime = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Containers, mounts and packet filters are root's.</summary>
    public static Finding Root() => Environment.IsPrivilegedProcess
        ? Finding.Fine("root", "yes")
        : Finding.Problem("root", $"this is the user {Environment.UserName}", "run it as root: sudo kube1 …");

    /// <summary>Memory and swap, from /proc/meminfo.</summary>
    public static IEnumerable<Finding> Memory(string file = "/proc/meminfo") => Memory(File.ReadLines(file));

    internal static IEnumerable<Finding> Memory(IEnumerable<string> lines)
    {
        long total = 0, swap = 0;
        foreach (var line in lines)
        {
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var name, var value, ..]
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            {
                total = name == "MemTotal:" ? kilobytes / 1024 : total;
                swap = name == "SwapTotal:" ? kilobytes / 1024 : swap;
            }
        }

        yield return total >= MinMemoryMegabytes
            ? Finding.Fine("memory", $"{total} MB")
            : Finding.Problem(
                "memory", $"{total} MB are fewer than the {MinMemoryMegabytes} MB that a node needs",
                "give the machine more memory");
        yield return Finding.Fine("swap", swap == 0 ? "none" : $"{swap} MB, which is fine");
    }

    /// <summary>The clock: certificates and tokens live by it.</summary>
    public static Finding Clock(TimeProvider time)
    {
        var now = time.GetUtcNow();
        var text = now.ToString("u", CultureInfo.InvariantCulture);
        return now < EarliestSaneTime || now > LatestSaneTime
            ? Finding.Problem("clock", $"it says {text}, and certificates would be of no use", "timedatectl set-ntp true")
            : Finding.Fine("clock", text);
    }

    /// <summary>That a directory is there or can be made, can be written, and has room.</summary>
    public static Finding DataDirectory(string path)
    {
        const string subject = "data directory";
        var existing = path;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return Finding.Problem(subject, $"{existing} is a file", "choose another with --data-dir");
            }

            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        var probe = Path.Combine(existing, $".kube1-check-{Environment.ProcessId}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Problem(
                subject, $"{existing} cannot be written ({e.Message})",
                "run as root, remount the file system writable, or choose another with --data-dir");
        }

        var free = new DriveInfo(existing).AvailableFreeSpace / 1_000_000;
        return free >= MinFreeMegabytes
            ? Finding.Fine(subject, $"{path}, {free} MB free")
            : Finding.Problem(
                subject, $"{path} has {free} MB free, fewer than {MinFreeMegabytes} MB",
                "free some, or choose a roomier file system with --data-dir");
    }

    /// <summary>That a TCP port is free, or whose it is. One that <paramref name="ourProcess"/> holds is as it should be.</summary>
    public static Finding Port(IPAddress address, int port, string flag, int? ourProcess)
    {
        var subject = $"port {port}";
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return Finding.Fine(subject, "free");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Held(subject, ListeningSockets.Tcp().Where(s => s.Bars(address, port)), $"choose another with {flag}", ourProcess);
        }
        catch (SocketException e)
        {
            return Finding.Problem(subject, $"cannot be listened on at {address} ({e.Message})", $"choose another with {flag}");
        }
    }

    /// <summary>
    /// That no other DNS server listens on all addresses: it would answer at the cluster's. One on an address of its
    /// own, such as systemd-resolved, is no matter.
    /// </summary>
    public static Finding DnsAddress(IPAddress clusterDns, int? ourProcess)
    {
        var barring = ListeningSockets.Udp().Where(s => s.Bars(clusterDns, DnsPort)).ToList();
        return barring.Count == 0
            ? Finding.Fine("cluster DNS", $"{clusterDns} port {DnsPort} is free")
            : Held("cluster DNS", barring, "bind it to an address of its own", ourProcess);
    }

    /// <summary>The address by which others reach this node: as given, else that of the default route.</summary>
    public static Finding NodeAddress(IPAddress? given)
    {
        const string subject = "node address";
        if (given is null)
        {
            return new LinuxHostNetwork().DefaultAddress() is { } found
                ? Finding.Fine(subject, $"{found}, that of the default route")
                : Finding.Problem(subject, "there is no default route to take it from", "name an address of this machine with --node-ip");
        }

        var isOurs = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(d => d.GetIPProperties().UnicastAddresses).Any(a => a.Address.Equals(given));
        return isOurs
            ? Finding.Fine(subject, given.ToString())
            : Finding.Problem(subject, $"no device of this machine has {given}", "name an address of this machine with --node-ip");
    }

    private static Finding Held(string subject, IEnumerable<ListeningSocket> sockets, string otherwise, int? ourProcess)
    {
        var holder = sockets.Select(ListeningSockets.Holder).FirstOrDefault(h => h is not null);
        if (holder is null)
        {
            return Finding.Problem(subject, "held by a process that cannot be seen from here", otherwise);
        }

        var (id, name) = holder.Value;
        return id == ourProcess
            ? Finding.Fine(subject, $"held by the kube1 that runs (process {id})")
            : Finding.Problem(subject, $"held by {name} (process {id})", $"stop it (kill {id}), or {otherwise}");
    }
}
