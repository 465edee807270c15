using System.Buffers.Binary;
using System.Globalization;
using System.Net.WebSockets;
using Kube1.ApiServer.Streaming.Spdy;

namespace Kube1.ApiServer.Streaming;

/// <summary>
/// Joins a WebSocket client of portforward that has two channels a port, as the libraries of many languages do, with a
/// SPDY kubelet. The even channels carry data, the odd ones what went wrong, and each begins with the number of its port
/// (k8s.io/kubelet/pkg/cri/streaming/portforward). There is one connection a port; when all have ended, so does this.
/// </summary>
internal sealed class PortForwardBridge : IDisposable
{
    private readonly ChannelSocket _client;
    private readonly SpdySession _kubelet;

    public PortForwardBridge(WebSocket client, SpdySession kubelet, bool base64, TimeProvider time)
    {
        _client = new ChannelSocket(client, base64, time);
        _kubelet = kubelet;
    }

    public Task RunAsync(IReadOnlyList<ushort> ports, CancellationToken ct) =>
        ChannelBridge.RunAsync(_client, _kubelet, stop => BeginAsync(ports, stop), ct);

    public void Dispose() => _client.Dispose();

    private async Task<(Task Input, Task Output)> BeginAsync(IReadOnlyList<ushort> ports, CancellationToken ct)
    {
        var connections = new Connection[ports.Count];
        for (var i = 0; i < ports.Count; i++)
        {
            connections[i] = await OpenAsync(i, ports[i], ct).ConfigureAwait(false);
        }

        var input = ChannelSocket.Quietly(_client.ReceiveAsync(
            (channel, data, token) => DispatchAsync(connections, channel, data, token), ct));
        var output = Task.WhenAll(connections.SelectMany((c, i) => new[]
        {
            ChannelSocket.Quietly(CopyAsync(c.Data, (byte)(2 * i), ct)),
            ChannelSocket.Quietly(CopyAsync(c.Error, (byte)((2 * i) + 1), ct)),
        }));
        return (input, output);
    }

    private async Task<Connection> OpenAsync(int index, ushort port, CancellationToken ct)
    {
        var error = await OpenAsync("error", index, port, ct).ConfigureAwait(false);
        await error.CloseWritesAsync(ct).ConfigureAwait(false);
        var data = await OpenAsync("data", index, port, ct).ConfigureAwait(false);
        for (var channel = 2 * index; channel <= (2 * index) + 1; channel++)
        {
            var message = new byte[3];
            message[0] = (byte)channel;
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(1), port);
            await _client.SendAsync(message, ct).ConfigureAwait(false);
        }

        return new Connection(data, error);
    }

    private ValueTask<SpdyStream> OpenAsync(string type, int index, ushort port, CancellationToken ct) => _kubelet.OpenAsync(
        [
            new("streamtype", type),
            new("port", port.ToString(CultureInfo.InvariantCulture)),
            new("requestid", index.ToString(CultureInfo.InvariantCulture)),
        ],
        ct);

    private static async ValueTask DispatchAsync(
        Connection[] connections, int channel, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (channel % 2 != 0 || channel / 2 >= connections.Length)
        {
            return;
        }

        try
        {
            await connections[channel / 2].Data.WriteAsync(data, ct).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // This connection has ended, and what the client still sends is dropped; the others go on.
        }
    }

    private async Task CopyAsync(SpdyStream source, byte channel, CancellationToken ct)
    {
        var buffer = new byte[ChannelSocket.BufferBytes + 1];
        buffer[0] = channel;
        while (await source.ReadAsync(buffer.AsMemory(1), ct).ConfigureAwait(false) is var count and > 0)
        {
            await _client.SendAsync(buffer.AsMemory(0, count + 1), ct).ConfigureAwait(false);
        }
    }

    private readonly record struct Connection(SpdyStream Data, SpdyStream Error);
}
