using System.Globalization;

namespace Kube1.Storage.Journals;

/// <summary>
/// Keeps a second server out of a data directory. The operating system releases it when the process dies, however it
/// dies: <see cref="FileShare.None"/> is flock(2) on Unix and a sharing violation on Windows.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string FileName = "lock";

    /// <summary>Beside the lock, because the lock itself cannot be opened while it is held.</summary>
    private const string OwnerFileName = "lock.owner";

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StoreOpenException">Another process holds it.</exception>
    public static DirectoryLock Acquire(string directoryPath)
    {
        string ownerPath = Path.Combine(directoryPath, OwnerFileName);
        FileStream file;
        try
        {
            file = File.Open(Path.Combine(directoryPath, FileName), PrivateFiles.Options(FileShare.None));
        }
        catch (IOException exception)
        {
            throw new StoreOpenException(
                $"The store directory {directoryPath} is in use by {Owner(ownerPath)}: stop it, or choose another data "
                + "directory.",
                exception);
        }
        try
        {
            File.WriteAllText(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch
        {
            file.Dispose();
            throw;
        }
        return new DirectoryLock(file);
    }

    private static string Owner(string path)
    {
        try
        {
            return $"process {File.ReadAllText(path)}";
        }
        catch (IOException)
        {
            // It has just got the lock and not said its name yet.
            return "another server";
        }
    }

    public void Dispose() => _file.Dispose();
}
