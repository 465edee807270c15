using System.Threading.Channels;

namespace Kube1.Network;

/// <summary>"Something has changed": any number of signals before the reader looks are one.</summary>
internal sealed class ChangeSignal
{
    private readonly Channel<bool> _channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits until something has changed since the last call returned.</summary>
    public async ValueTask WaitAsync(CancellationToken ct) => await _channel.Reader.ReadAsync(ct).ConfigureAwait(false);
}
