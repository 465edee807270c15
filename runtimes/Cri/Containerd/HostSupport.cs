using System.Globalization;
using System.Runtime.InteropServices;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>What this machine lets containerd do.</summary>
internal sealed record HostSupport(bool CanRaiseOomScore, bool Overlay)
{
    private const int CapSysResource = 24;

    public static HostSupport Probe(string directory) => new(
        HasCapability(File.ReadLines("/proc/self/status"), CapSysResource), OverlayProbe.Works(directory));

    /// <summary>Reads CapEff of /proc/PID/status (proc(5)).</summary>
    internal static bool HasCapability(IEnumerable<string> status, int capability)
    {
        var line = status.FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(
                line["CapEff:".Length..].Trim(),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var set)
            && (set & (1UL << capability)) != 0;
    }
}

/// <summary>
/// Whether overlayfs can have its layers in a folder. Only trying tells: it depends on kernel, file system, and on not
/// being in a container whose root is an overlay itself.
/// </summary>
internal static partial class OverlayProbe
{
    private const int DetachUnmount = 2;

    public static bool Works(string directory)
    {
        var probe = Path.Combine(directory, "overlay-probe");
        try
        {
            foreach (var part in new[] { "lower1", "lower2", "upper", "work", "merged" })
            {
                Directory.CreateDirectory(Path.Combine(probe, part));
            }

            var merged = Path.Combine(probe, "merged");
            var options = $"lowerdir={probe}/lower2:{probe}/lower1,upperdir={probe}/upper,workdir={probe}/work";
            if (Mount("overlay", merged, "overlay", 0, options) != 0)
            {
                return false;
            }

            _ = Unmount(merged, DetachUnmount);
            return true;
        }
        finally
        {
            if (Directory.Exists(probe))
            {
                Directory.Delete(probe, recursive: true);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Unmount(string target, int flags);
}
