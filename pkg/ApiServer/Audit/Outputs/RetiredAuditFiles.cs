using System.Globalization;
using System.IO.Compression;
using Kube1.Storage.Journals;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>The log files that were set aside: found by their names, compressed, and removed when they are many or old.</summary>
internal sealed partial class RetiredAuditFiles(AuditLogOptions options, ILogger logger)
{
    /// <summary>Behind the names of compressed files.</summary>
    public const string CompressedSuffix = ".gz";

    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(options.Path!))!;
    private readonly string _prefix = Path.GetFileNameWithoutExtension(options.Path!) + "-";
    private readonly string _extension = Path.GetExtension(options.Path!);

    /// <summary>The name of a file that is set aside at this time.</summary>
    public string NameAt(DateTimeOffset at) => Path.Combine(
        _directory, _prefix + at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + _extension);

    /// <summary>Compresses and removes; a file that cannot be is left for the next time.</summary>
    public void Tidy(DateTimeOffset now)
    {
        try
        {
            var files = Find();
            var surplus = options.MaxBackups > 0 ? files.Skip(options.MaxBackups) : [];
            var oldest = options.MaxAgeDays > 0
                ? now.UtcDateTime.AddDays(-Math.Min(options.MaxAgeDays, 365_000))
                : DateTime.MinValue;
            var gone = surplus.Concat(files.Where(f => f.At < oldest)).Select(f => f.Path).ToHashSet();
            foreach (var path in gone)
            {
                File.Delete(path);
            }

            foreach (var (path, _) in options.Compress ? files : [])
            {
                if (!gone.Contains(path) && !path.EndsWith(CompressedSuffix, StringComparison.Ordinal))
                {
                    Compress(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotTidied(e, _directory);
        }
    }

    // Newest first.
    private List<(string Path, DateTime At)> Find()
    {
        var found = new List<(string Path, DateTime At)>();
        foreach (var path in Directory.EnumerateFiles(_directory, _prefix + "*"))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(CompressedSuffix, StringComparison.Ordinal))
            {
                name = name[..^CompressedSuffix.Length];
            }

            if (name.Length > _prefix.Length + _extension.Length && name.EndsWith(_extension, StringComparison.Ordinal)
                && DateTime.TryParseExact(
                    name[_prefix.Length..^_extension.Length], TimeFormat, CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            {
                found.Add((path, at));
            }
        }

        found.Sort((a, b) => b.At.CompareTo(a.At));
        return found;
    }

    // What a crash leaves is begun anew: the file itself goes only when its copy is whole.
    private static void Compress(string path)
    {
        var copy = PrivateFiles.Options(FileShare.None);
        copy.Mode = FileMode.Create;
        copy.Access = FileAccess.Write;
        using (var source = File.OpenRead(path))
        using (var target = new GZipStream(new FileStream(path + CompressedSuffix, copy), CompressionLevel.Optimal))
        {
            source.CopyTo(target);
        }

        File.Delete(path);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old audit logs in {Directory} cannot be compressed or removed")]
    private partial void LogNotTidied(Exception exception, string directory);
}
