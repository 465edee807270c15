namespace Kube1.Client.Streaming;

/// <summary>A byte stream whose two directions end on their own, as those of a TCP connection do.</summary>
public abstract class DuplexStream : Stream
{
    /// <summary>
    /// Tells the peer that nothing more will be written; reading goes on. Over TLS this sends close_notify (RFC 8446
    /// section 6.1), over plain TCP a FIN.
    /// </summary>
    public abstract ValueTask CompleteWritesAsync(CancellationToken ct);
}
