using System.Globalization;

namespace Kube1.Benchmarks.Cluster;

/// <summary>
/// What a process has used so far, by /proc. Source: https://www.kernel.org/doc/html/latest/filesystems/proc.html
/// </summary>
internal readonly record struct ProcessSample(TimeSpan Cpu, long WrittenBytes, long ResidentBytes)
{
    /// <summary>/proc/PID/stat counts in hundredths of a second on every Linux there is (USER_HZ).</summary>
    private const int TicksPerSecond = 100;

    public static ProcessSample Take(int processId)
    {
        var folder = $"/proc/{processId}";

        // The name in brackets may hold spaces; what follows it has fixed places: utime and stime are fields 14 and 15.
        var stat = File.ReadAllText(folder + "/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[11..13].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
        return new ProcessSample(
            TimeSpan.FromSeconds((double)ticks / TicksPerSecond),
            Number(folder + "/io", "write_bytes:"),
            Number(folder + "/status", "VmRSS:") * 1024);
    }

    /// <summary>What was used between two samples; memory is the later one's.</summary>
    public static ProcessSample operator -(ProcessSample later, ProcessSample earlier) => later with
    {
        Cpu = later.Cpu - earlier.Cpu,
        WrittenBytes = later.WrittenBytes - earlier.WrittenBytes,
    };

    private static long Number(string file, string name)
    {
        var line = File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
