using System.Globalization;
using Kube1.Cmd.Commands;

namespace Kube1.Cmd;

/// <summary>
/// One kube1 process on a data directory. The lock is the operating system's, so it is free the moment its holder dies,
/// however it dies.
/// </summary>
internal sealed class ProcessLock : IDisposable
{
    private readonly FileStream _file;

    private ProcessLock(FileStream file) => _file = file;

    /// <summary>Takes the lock. Throws <see cref="CommandException"/> that names the holder when it is taken.</summary>
    public static ProcessLock Take(DataLayout layout)
    {
        Directory.CreateDirectory(layout.Root);
        FileStream file;
        try
        {
            file = new FileStream(layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var holder = Holder(layout) is { } id ? $"process {id}" : "another process";
            throw new CommandException(
                $"{layout.Root} is in use by {holder}; stop it, or choose another directory with --data-dir");
        }

        File.WriteAllText(layout.ProcessFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new ProcessLock(file);
    }

    /// <summary>The process that holds the lock, or held it last; null when none is alive.</summary>
    public static int? Holder(DataLayout layout) =>
        File.Exists(layout.ProcessFile) && int.TryParse(File.ReadAllText(layout.ProcessFile), out var id) && IsKube1(id)
            ? id
            : null;

    public void Dispose() => _file.Dispose();

    /// <summary>Process ids are used again: only a process that is a kube1 counts.</summary>
    private static bool IsKube1(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.ProcessName.StartsWith("kube1", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
