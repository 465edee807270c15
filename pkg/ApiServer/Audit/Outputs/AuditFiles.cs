using Kube1.Storage.Journals;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Log files, which only their owner may read.</summary>
internal static class AuditFiles
{
    /// <summary>Opens a file for <see cref="Append"/>; makes it, and its directory, when they are missing.</summary>
    public static FileStream Open(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
        {
            PrivateFiles.CreateDirectory(directory);
        }

        var options = PrivateFiles.Options(FileShare.ReadWrite | FileShare.Delete);
        options.Access = FileAccess.Write;
        options.BufferSize = 0;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Writes a line at the end, wherever that is by now: others may have emptied the file. Of a line that does not fit
    /// on the disk nothing stays, or it would spoil the next.
    /// </summary>
    public static void Append(FileStream file, ReadOnlySpan<byte> line)
    {
        var end = file.Seek(0, SeekOrigin.End);
        try
        {
            file.Write(line);
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }
}
