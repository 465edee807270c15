using System.Buffers;
using System.Net.Sockets;

namespace Kube1.Client.Streaming;

/// <summary>
/// Joins two duplex streams. Each direction holds one buffer, so a slow reader slows the writer; the end of one
/// direction is passed on alone where the stream can (<see cref="DuplexStream"/>), and the other goes on.
/// </summary>
public sealed class StreamSplice(TimeProvider time)
{
    private const int BufferBytes = 32 * 1024;

    // After one side has said all it will say, the other must keep talking: a peer whose process died looks just like
    // one that closed its sending half, and must not hold the connection for ever.
    private static readonly TimeSpan HalfClosedIdle = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Copies both ways until both have ended, one has failed, or the second stays silent too long after the first
    /// ended. Broken connections are an end, not an error. The caller disposes the streams.
    /// </summary>
    public async Task<SpliceResult> RunAsync(Stream left, Stream right, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var forth = new Direction(left, right);
        var back = new Direction(right, left);
        var forthTask = forth.CopyAsync(stop.Token);
        var backTask = back.CopyAsync(stop.Token);
        var first = await Task.WhenAny(forthTask, backTask).ConfigureAwait(false);
        var (other, otherTask) = first == forthTask ? (back, backTask) : (forth, forthTask);
        if (await first.ConfigureAwait(false) == DirectionEnd.EndOfStream)
        {
            await WaitWhileActiveAsync(other, otherTask, stop.Token).ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(forthTask, backTask).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        return new SpliceResult(forth.Bytes, back.Bytes);
    }

    private async Task WaitWhileActiveAsync(Direction direction, Task copy, CancellationToken ct)
    {
        var seen = -1L;
        while (!copy.IsCompleted && !ct.IsCancellationRequested && seen != direction.Bytes)
        {
            seen = direction.Bytes;
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(copy, Task.Delay(HalfClosedIdle, time, waited.Token)).ConfigureAwait(false);
            await waited.CancelAsync().ConfigureAwait(false);
        }
    }

    private enum DirectionEnd
    {
        EndOfStream,
        Broken,
    }

    private sealed class Direction(Stream source, Stream target)
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public async Task<DirectionEnd> CopyAsync(CancellationToken ct)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                while (true)
                {
                    var read = await source.ReadAsync(buffer.AsMemory(0, BufferBytes), ct).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    await target.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
                    await target.FlushAsync(ct).ConfigureAwait(false);
                    Interlocked.Add(ref _bytes, read);
                }

                if (target is not DuplexStream duplex)
                {
                    return DirectionEnd.EndOfStream;
                }

                await duplex.CompleteWritesAsync(ct).ConfigureAwait(false);
                return DirectionEnd.EndOfStream;
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
                or OperationCanceledException or InvalidOperationException)
            {
                // A connection that is reset or being shut down: the other direction is told by the caller.
                return DirectionEnd.Broken;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}

/// <summary>Bytes that went from left to right and from right to left.</summary>
public readonly record struct SpliceResult(long LeftToRight, long RightToLeft);
