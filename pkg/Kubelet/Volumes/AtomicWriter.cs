using System.Globalization;
using Kube1.Kubelet.Hosts;

namespace Kube1.Kubelet.Volumes;

/// <summary>
/// Writes a set of files so that a reader sees all old or all new ones: the data lie in a folder with a time in its
/// name, "..data" is a symbolic link to it that one rename replaces, and what the user sees are links through "..data".
/// </summary>
internal sealed class AtomicWriter(IMounts mounts, TimeProvider time)
{
    private const string DataLink = "..data";
    private const string NewDataLink = "..data_tmp";

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Permissions = (UnixFileMode)0x1FF; // 0777

    /// <summary>True when something changed: a file's contents, its mode, or which files there are.</summary>
    /// <param name="target">The volume.</param>
    /// <param name="files">What it is to hold, by path.</param>
    /// <param name="addedMode">What <paramref name="own"/> adds to the mode of each file.</param>
    /// <param name="own">Sets owners on the new folder before it shows.</param>
    public bool Write(
        string target, IReadOnlyDictionary<string, VolumeFile> files, UnixFileMode addedMode, Action<string> own)
    {
        var link = Path.Combine(target, DataLink);
        var oldFolder = new FileInfo(link).LinkTarget is { } old ? Path.Combine(target, old) : null;
        if (oldFolder is not null && IsSame(oldFolder, files, addedMode))
        {
            LinkEntries(target, files);
            return false;
        }

        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy_MM_dd_HH_mm_ss", CultureInfo.InvariantCulture);
        var name = $"..{stamp}.{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}";
        var folder = Path.Combine(target, name);
        Directory.CreateDirectory(folder);
        mounts.ChangeMode(folder, FolderMode);
        foreach (var (path, file) in files)
        {
            WriteFile(folder, path, file);
        }

        own(folder);
        var next = Path.Combine(target, NewDataLink);
        File.Delete(next);
        File.CreateSymbolicLink(next, name);
        mounts.Rename(next, link);
        LinkEntries(target, files);
        RemoveStaleLinks(target, files);
        if (oldFolder is not null && Directory.Exists(oldFolder))
        {
            Directory.Delete(oldFolder, recursive: true);
        }

        return true;
    }

    private void WriteFile(string folder, string path, VolumeFile file)
    {
        var full = Path.Combine(folder, path);
        var parent = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            for (var p = parent; p.Length > folder.Length; p = Path.GetDirectoryName(p)!)
            {
                mounts.ChangeMode(p, FolderMode);
            }
        }

        File.WriteAllBytes(full, file.Data);
        mounts.ChangeMode(full, file.Mode);
        if (file.OwnerUid >= 0)
        {
            mounts.ChangeOwner(full, file.OwnerUid, -1);
        }
    }

    private bool IsSame(string folder, IReadOnlyDictionary<string, VolumeFile> files, UnixFileMode addedMode)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        var present = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        return present.Length == files.Count && files.All(f =>
            Path.Combine(folder, f.Key) is var path && File.Exists(path)
            && (mounts.ModeOf(path) & Permissions) == ((f.Value.Mode | addedMode) & Permissions)
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(f.Value.Data));
    }

    private static void LinkEntries(string target, IReadOnlyDictionary<string, VolumeFile> files)
    {
        foreach (var first in files.Keys.Select(FirstSegment).Distinct(StringComparer.Ordinal))
        {
            var entry = Path.Combine(target, first);
            if (new FileInfo(entry).LinkTarget is null)
            {
                File.CreateSymbolicLink(entry, Path.Combine(DataLink, first));
            }
        }
    }

    private static void RemoveStaleLinks(string target, IReadOnlyDictionary<string, VolumeFile> files)
    {
        var wanted = files.Keys.Select(FirstSegment).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(target).EnumerateFileSystemInfos())
        {
            if (!entry.Name.StartsWith("..", StringComparison.Ordinal) && entry.LinkTarget is not null
                && !wanted.Contains(entry.Name))
            {
                entry.Delete();
            }
        }
    }

    private static string FirstSegment(string path) =>
        path.IndexOf('/', StringComparison.Ordinal) is var slash && slash > 0 ? path[..slash] : path;
}
