namespace Kube1.Storage.Journals;

/// <summary>
/// Files that only their owner may read: the store and the audit log hold Secrets. On Windows the data directory's access list says so,
/// which the installer sets.
/// </summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Creates a directory, or takes one that is there from everybody else.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(path, OwnerDirectory);
        // Also one that was there: it may be the result of a careless copy.
        File.SetUnixFileMode(path, OwnerDirectory);
    }

    /// <summary>Creates an empty file when there is none; SQLite gives its side files the mode of the database.</summary>
    public static void CreateFile(string path)
    {
        using (File.Open(path, Options(FileShare.ReadWrite)))
        {
        }
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerFile);
        }
    }

    /// <summary>Opens for writing and creates what is missing, for the owner alone.</summary>
    public static FileStreamOptions Options(FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }
        return options;
    }
}
