using Kube1.Storage.Journals;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>
/// A file that is set aside when it is full, under a name with the time of that: audit-2026-01-01T00-00-00.000.log, as
/// lumberjack names them, which upstream uses. Old files are compressed and removed beside the writing.
/// </summary>
internal sealed class RotatingAuditFile : IAuditFile
{
    private const long Megabyte = 1024 * 1024;

    private readonly string _path;
    private readonly long _maxSizeBytes;
    private readonly RetiredAuditFiles _retired;
    private readonly TimeProvider _time;
    private FileStream? _file;
    private Task _tidying = Task.CompletedTask;

    public RotatingAuditFile(AuditLogOptions options, RetiredAuditFiles retired, TimeProvider time)
    {
        _path = options.Path!;
        _maxSizeBytes = options.MaxSizeMegabytes * Megabyte;
        _retired = retired;
        _time = time;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> line)
    {
        if (line.Length > _maxSizeBytes)
        {
            throw new IOException($"write length {line.Length} exceeds maximum file size {_maxSizeBytes}");
        }

        _file ??= AuditFiles.Open(_path);
        if (_file.Length + line.Length > _maxSizeBytes)
        {
            Rotate();
        }

        AuditFiles.Append(_file!, line);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_file is { } file)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }

        await _tidying.ConfigureAwait(false);
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        var now = _time.GetUtcNow();
        File.Move(_path, FreeName(now));
        _file = AuditFiles.Open(_path);
        _tidying = _tidying.ContinueWith(_ => _retired.Tidy(now), TaskScheduler.Default);
    }

    // Two rotations may come within a millisecond; none may overwrite the other.
    private string FreeName(DateTimeOffset now)
    {
        for (var at = now; ; at = at.AddMilliseconds(1))
        {
            var name = _retired.NameAt(at);
            if (!File.Exists(name) && !File.Exists(name + RetiredAuditFiles.CompressedSuffix))
            {
                return name;
            }
        }
    }
}
