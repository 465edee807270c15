using System.Buffers;
using System.IO.Pipelines;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The connection's memory in large pieces. Kestrel's own are of 4 KiB, and over TLS each goes out as a record of its own,
/// encrypted and sent apart; a piece of this size fills whole records of 16 KiB.
/// </summary>
internal sealed class LargeSegments(PipeWriter output) : IBufferWriter<byte>
{
    /// <summary>What is written before the client must have taken it.</summary>
    public const int SizeBytes = 64 * 1024;

    private Memory<byte> _rest;
    private int _filledBytes;

    /// <summary>What was written since the last flush.</summary>
    public int UnflushedBytes { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _rest = _rest[count..];
        _filledBytes += count;
        UnflushedBytes += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_rest.Length < Math.Max(sizeHint, 1))
        {
            HandOver();
            _rest = output.GetMemory(Math.Max(sizeHint, SizeBytes));
        }

        return _rest;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Sends what was written; waits for a client that does not take it.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        HandOver();
        UnflushedBytes = 0;
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void HandOver()
    {
        if (_filledBytes > 0)
        {
            output.Advance(_filledBytes);
        }

        (_rest, _filledBytes) = (default, 0);
    }
}
