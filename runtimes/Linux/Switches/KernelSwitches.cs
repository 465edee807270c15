using System.Security.Cryptography;
using System.Text;

namespace Kube1.Runtimes.Linux.Switches;

/// <summary>
/// Kernel switches (sysctls) that clusters on this machine need. What a switch was before the first of them changed it
/// is kept below /run, which a reboot empties as it resets the switches, and the last cluster to go puts it back.
/// </summary>
/// <param name="dataDirectory">The cluster, by its data directory: one whose directory is gone needs nothing any more.</param>
/// <param name="time">Times the wait for another cluster's change.</param>
/// <param name="switches">Where the switches are.</param>
/// <param name="records">Where the records of this network namespace are, for switches of the network belong to one.</param>
public sealed class KernelSwitches(
    string dataDirectory, TimeProvider time, string switches = "/proc/sys", string? records = null)
{
    private const string Before = "before";
    private const string Users = "users";

    /// <summary>A change takes microseconds; whoever holds the lock longer than this hangs.</summary>
    private static readonly TimeSpan LockWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    private readonly string _cluster = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
    private readonly string _records = records ?? Path.Combine("/run/kube1", "net-" + NetworkNamespace());

    /// <summary>Writes a switch, "net/ipv4/ip_forward", when it has another value, and notes that this cluster needs it.</summary>
    /// <exception cref="IOException">There is no such switch, or it cannot be written.</exception>
    public async Task SetAsync(string name, string value, CancellationToken ct)
    {
        using var gate = await LockAsync(ct).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(_records, Users));
        await File.WriteAllTextAsync(UserFile(), _cluster, ct).ConfigureAwait(false);
        var path = Path.Combine(switches, name);
        var old = (await File.ReadAllTextAsync(path, ct).ConfigureAwait(false)).Trim();
        if (old == value)
        {
            return;
        }

        // Recorded first: a change that nobody knows of could never be taken back.
        var record = Path.Combine(_records, Before, name);
        if (!File.Exists(record))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(record)!);
            await File.WriteAllTextAsync(record, old, ct).ConfigureAwait(false);
        }

        await File.WriteAllTextAsync(path, value, ct).ConfigureAwait(false);
    }

    /// <summary>This cluster needs no switch any more; the last one puts back what was there. Gives what was written.</summary>
    /// <exception cref="IOException">A switch cannot be written.</exception>
    public async Task<IReadOnlyList<(string Name, string Value)>> RestoreAsync(CancellationToken ct)
    {
        if (!Directory.Exists(_records))
        {
            return [];
        }

        using var gate = await LockAsync(ct).ConfigureAwait(false);
        File.Delete(UserFile());
        if (await IsUsedAsync(ct).ConfigureAwait(false))
        {
            return [];
        }

        var restored = new List<(string, string)>();
        var before = Path.Combine(_records, Before);
        foreach (var record in Directory.Exists(before) ? Directory.GetFiles(before, "*", SearchOption.AllDirectories) : [])
        {
            var name = Path.GetRelativePath(before, record);
            var value = await File.ReadAllTextAsync(record, ct).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(switches, name), value, ct).ConfigureAwait(false);
            restored.Add((name, value));
        }

        Directory.Delete(_records, recursive: true);
        var parent = Path.GetDirectoryName(_records)!;
        if (!Directory.EnumerateFileSystemEntries(parent).Any())
        {
            Directory.Delete(parent);
        }

        return restored;
    }

    private string UserFile() =>
        Path.Combine(_records, Users, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_cluster))));

    private async Task<bool> IsUsedAsync(CancellationToken ct)
    {
        var folder = Path.Combine(_records, Users);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (Directory.Exists(await File.ReadAllTextAsync(file, ct).ConfigureAwait(false)))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<FileStream> LockAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(_records);
                return new FileStream(
                    Path.Combine(_records, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(started) < LockWithin)
            {
                // Another cluster is at it, or has just removed the folder.
                await Task.Delay(LookAgainAfter, time, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The inode in "net:[4026531840]".</summary>
    private static string NetworkNamespace() =>
        new string([.. (new FileInfo("/proc/self/ns/net").LinkTarget ?? "").Where(char.IsAsciiDigit)]);
}
