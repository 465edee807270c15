using System.Globalization;
using System.Runtime.InteropServices;
using Kube1.Kubelet.Hosts;

namespace Kube1.Runtimes.Linux.Nodes;

/// <summary>Facts about this machine from /proc, /sys and /etc.</summary>
public sealed class LinuxNodeFacts : INodeFacts
{
    private readonly string _root;

    /// <summary>Reads below <paramref name="root"/>; "/" but in tests.</summary>
    public LinuxNodeFacts(string root = "/")
    {
        _root = root;
        Machine = Read();
    }

    /// <inheritdoc/>
    public MachineFacts Machine { get; }

    /// <inheritdoc/>
    public ulong AvailableMemoryBytes() => (ulong)MemInfo("MemAvailable") * 1024;

    /// <inheritdoc/>
    public ulong CpuUsageCoreNanoSeconds()
    {
        const ulong nanosecondsATick = 10_000_000;
        const int idle = 4;
        const int ioWait = 5;
        var line = File.ReadLines(At("proc/stat")).First();
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ulong busy = 0;

        // Guest time is counted in user time already.
        for (var i = 1; i < Math.Min(fields.Length, 9); i++)
        {
            busy += i is idle or ioWait ? 0 : ulong.Parse(fields[i], CultureInfo.InvariantCulture);
        }

        return busy * nanosecondsATick;
    }

    /// <inheritdoc/>
    public (long Current, long Max) Pids()
    {
        var load = Text("proc/loadavg").Split(' ');
        var current = load.Length > 3 && load[3].Split('/') is [_, var all]
            ? long.Parse(all, CultureInfo.InvariantCulture)
            : 0;
        var max = Math.Min(Number("proc/sys/kernel/pid_max"), Number("proc/sys/kernel/threads-max"));
        return (current, max);
    }

    private MachineFacts Read() => new()
    {
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            Architecture.X86 => "386",
            Architecture.Arm => "arm",
            var other => other.ToString().ToLowerInvariant(),
        },
        OperatingSystem = "linux",
        OsImage = OsRelease(),
        KernelVersion = Text("proc/sys/kernel/osrelease"),
        MachineId = Text("etc/machine-id"),
        SystemUuid = Text("sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : Text("etc/machine-id"),
        BootId = Text("proc/sys/kernel/random/boot_id"),
        CpuCount = Environment.ProcessorCount,
        MemoryBytes = MemInfo("MemTotal") * 1024,
        SwapBytes = MemInfo("SwapTotal") * 1024,
        HugePages = HugePages(),
    };

    private string OsRelease()
    {
        var path = File.Exists(At("etc/os-release")) ? At("etc/os-release") : At("usr/lib/os-release");
        if (!File.Exists(path))
        {
            return "Linux";
        }

        const string key = "PRETTY_NAME=";
        var line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line is null ? "Linux" : line[key.Length..].Trim('"', '\'');
    }

    private Dictionary<long, long> HugePages()
    {
        var result = new Dictionary<long, long>();
        var folder = At("sys/kernel/mm/hugepages");
        if (!Directory.Exists(folder))
        {
            return result;
        }

        foreach (var path in Directory.GetDirectories(folder))
        {
            // "hugepages-2048kB"
            var name = Path.GetFileName(path);
            if (long.TryParse(name["hugepages-".Length..^"kB".Length], out var kilobytes))
            {
                result[kilobytes * 1024] = kilobytes * 1024 * Number(Path.Combine(path, "nr_hugepages"));
            }
        }

        return result;
    }

    private long MemInfo(string key)
    {
        foreach (var line in File.ReadLines(At("proc/meminfo")))
        {
            if (line.StartsWith(key + ":", StringComparison.Ordinal))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return long.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    private long Number(string path) =>
        long.TryParse(Text(path), CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;

    private string Text(string path)
    {
        try
        {
            return File.ReadAllText(At(path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine without this fact (no DMI in a container, no machine-id yet) reports it as empty.
            return "";
        }
    }

    private string At(string path) => Path.IsPathRooted(path) ? path : Path.Combine(_root, path);
}
