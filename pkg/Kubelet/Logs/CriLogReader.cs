using System.Threading.Channels;

namespace Kube1.Kubelet.Logs;

/// <summary>
/// Copies a container's log to a reader: tail, since, timestamps, a limit of bytes, and on as it grows, across rotations.
/// </summary>
internal sealed class CriLogReader(TimeProvider time)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>A line longer than a runtime's (16 KiB and its prefix) is no log line; it is read in parts.</summary>
    private const int MaxLineBytes = 1 << 20;

    /// <summary>File system events can be lost; the file is looked at this often all the same.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ends at the end of the log or, when following, when <paramref name="isRunning"/> says no and all was read.
    /// </summary>
    public async Task CopyAsync(
        string path, LogQuery query, Func<CancellationToken, Task<bool>> isRunning, Stream output, CancellationToken ct)
    {
        using var changes = query.Follow ? new FileChanges(path) : null;
        var file = Open(path);
        try
        {
            file.Seek(query.TailLines is { } lines ? TailOffset(file, lines) : 0, SeekOrigin.Begin);
            var writer = new LineWriter(query, output);
            var pending = new List<byte>();
            while (await DrainAsync(file, pending, writer, ct))
            {
                if (changes is null)
                {
                    await writer.WriteAsync(pending, ct);
                    return;
                }

                await output.FlushAsync(ct);
                if (IsReplaced(file, path))
                {
                    await DrainAsync(file, pending, writer, ct);
                    await file.DisposeAsync();
                    file = Open(path);
                    continue;
                }

                if (!await isRunning(ct))
                {
                    // What it wrote last may have come between the two looks.
                    await DrainAsync(file, pending, writer, ct);
                    await writer.WriteAsync(pending, ct);
                    return;
                }

                await changes.WaitAsync(Recheck, time, ct);
            }
        }
        finally
        {
            await file.DisposeAsync();
        }
    }

    /// <summary>Writes all whole lines that are there; false when the reader's limit is reached.</summary>
    private static async Task<bool> DrainAsync(FileStream file, List<byte> pending, LineWriter writer, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        while (await file.ReadAsync(buffer, ct) is var read && read > 0)
        {
            var start = 0;
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] != (byte)'\n' && pending.Count + i - start < MaxLineBytes)
                {
                    continue;
                }

                pending.AddRange(buffer.AsSpan(start, i - start));
                start = i + 1;
                if (!await writer.WriteAsync(pending, ct))
                {
                    return false;
                }

                pending.Clear();
            }

            pending.AddRange(buffer.AsSpan(start, read - start));
        }

        return true;
    }

    /// <summary>Where the last lines begin, found from the end so that a big log costs no more than its tail.</summary>
    internal static long TailOffset(FileStream file, long lines)
    {
        if (lines <= 0)
        {
            return file.Length;
        }

        var buffer = new byte[BufferBytes];
        var position = file.Length;
        var found = 0L;
        var last = position - 1;
        while (position > 0)
        {
            var size = (int)Math.Min(BufferBytes, position);
            position -= size;
            file.Seek(position, SeekOrigin.Begin);
            file.ReadExactly(buffer, 0, size);
            for (var i = size - 1; i >= 0; i--)
            {
                // The line feed at the very end ends the last line; it does not begin another.
                if (buffer[i] == (byte)'\n' && position + i != last && ++found == lines)
                {
                    return position + i + 1;
                }
            }
        }

        return 0;
    }

    private static FileStream Open(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, useAsync: true);

    private static bool IsReplaced(FileStream file, string path)
    {
        var now = new FileInfo(path);
        return now.Exists && (now.Length < file.Position
            || now.CreationTimeUtc != File.GetCreationTimeUtc(file.SafeFileHandle));
    }

    /// <summary>Formats lines and keeps the limit.</summary>
    private sealed class LineWriter(LogQuery query, Stream output)
    {
        private long _left = query.LimitBytes ?? long.MaxValue;
        private bool _midLine;

        public async ValueTask<bool> WriteAsync(List<byte> line, CancellationToken ct)
        {
            if (line.Count == 0)
            {
                return _left > 0;
            }

            var text = Format([.. line]);
            var size = (int)Math.Min(text.Length, _left);
            if (size > 0)
            {
                await output.WriteAsync(text.AsMemory(0, size), ct);
                _left -= size;
            }

            return _left > 0;
        }

        private byte[] Format(byte[] raw)
        {
            if (!CriLogLine.TryParse(raw, out var line)
                || (query.Stream is { } stream && stream == "stderr" != line.IsStderr)
                || (query.Since is { } since && line.Time < since))
            {
                return [];
            }

            var prefix = query.Timestamps && !_midLine ? [.. line.Timestamp, (byte)' '] : Array.Empty<byte>();
            _midLine = line.IsPartial;
            return [.. prefix, .. line.Message, .. line.IsPartial ? ReadOnlySpan<byte>.Empty : "\n"u8];
        }
    }

    /// <summary>Waits for a file to change.</summary>
    private sealed class FileChanges : IDisposable
    {
        private readonly FileSystemWatcher _watcher;
        private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public FileChanges(string path)
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
            {
                NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite | NotifyFilters.FileName,
            };
            _watcher.Changed += (_, _) => _changed.Writer.TryWrite(true);
            _watcher.Created += (_, _) => _changed.Writer.TryWrite(true);
            _watcher.EnableRaisingEvents = true;
        }

        public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken ct)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var change = _changed.Reader.WaitToReadAsync(stop.Token).AsTask();
            await Task.WhenAny(change, Task.Delay(atMost, time, stop.Token));
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
            _changed.Reader.TryRead(out _);
        }

        public void Dispose() => _watcher.Dispose();
    }
}
