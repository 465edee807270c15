using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming.Spdy;

namespace Kube1.ApiServer.Streaming;

/// <summary>Which of a command's streams the client asked for.</summary>
internal readonly record struct CommandStreams(bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>
/// Joins a WebSocket client of exec or attach with a SPDY kubelet: channels become streams and back. Ends when the
/// command has ended and its output is through, or when either side breaks off.
/// </summary>
internal sealed class RemoteCommandBridge : IDisposable
{
    private readonly ChannelSocket _client;
    private readonly SpdySession _kubelet;
    private readonly ChannelProtocol _protocol;

    public RemoteCommandBridge(WebSocket client, SpdySession kubelet, ChannelProtocol protocol, TimeProvider time)
    {
        _client = new ChannelSocket(client, protocol.Base64, time);
        _kubelet = kubelet;
        _protocol = protocol;
    }

    public Task RunAsync(CommandStreams wanted, CancellationToken ct) =>
        ChannelBridge.RunAsync(_client, _kubelet, stop => BeginAsync(wanted, stop), ct);

    public void Dispose() => _client.Dispose();

    private async Task<(Task Input, Task Output)> BeginAsync(CommandStreams wanted, CancellationToken ct)
    {
        var streams = await OpenAsync(wanted, ct).ConfigureAwait(false);
        var input = ChannelSocket.Quietly(_client.ReceiveAsync(
            (channel, data, token) => DispatchAsync(channel, data, streams?.Stdin, streams?.Resize, token), ct));
        var output = ChannelSocket.Quietly(streams is null ? SendStatusAsync([], ct) : CopyAllAsync(streams, ct));
        return (input, output);
    }

    /// <summary>Opens the command's streams; null when the kubelet has gone already.</summary>
    private async Task<Streams?> OpenAsync(CommandStreams wanted, CancellationToken ct)
    {
        try
        {
            return new Streams(
                await OpenAsync("error", ct).ConfigureAwait(false),
                wanted.Stdin ? await OpenAsync("stdin", ct).ConfigureAwait(false) : null,
                wanted.Stdout ? await OpenAsync("stdout", ct).ConfigureAwait(false) : null,
                wanted.Stderr && !wanted.Tty ? await OpenAsync("stderr", ct).ConfigureAwait(false) : null,
                wanted.Tty ? await OpenAsync("resize", ct).ConfigureAwait(false) : null);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private ValueTask<SpdyStream> OpenAsync(string type, CancellationToken ct) =>
        _kubelet.OpenAsync([new("streamtype", type)], ct);

    private Task CopyAllAsync(Streams streams, CancellationToken ct) => Task.WhenAll(
        ChannelSocket.Quietly(CopyAsync(streams.Stdout, ChannelProtocol.Stdout, ct)),
        ChannelSocket.Quietly(CopyAsync(streams.Stderr, ChannelProtocol.Stderr, ct)),
        ChannelSocket.Quietly(CopyErrorAsync(streams.Error, ct)));

    private async ValueTask DispatchAsync(
        int channel, ReadOnlyMemory<byte> data, SpdyStream? stdin, SpdyStream? resize, CancellationToken ct)
    {
        try
        {
            switch (channel)
            {
                case ChannelProtocol.Stdin when stdin is not null:
                    await stdin.WriteAsync(data, ct).ConfigureAwait(false);
                    break;
                case ChannelProtocol.Resize when resize is not null:
                    await resize.WriteAsync(data, ct).ConfigureAwait(false);
                    break;
                case ChannelProtocol.Close when _protocol.Version >= 5 && data.Length > 0:
                    if (data.Span[0] == ChannelProtocol.Stdin && stdin is not null)
                    {
                        await stdin.CloseWritesAsync(ct).ConfigureAwait(false);
                    }

                    break;
            }
        }
        catch (IOException)
        {
            // The command has ended, or reads no more: what the client still sends is dropped, and its output goes on.
        }
    }

    private async Task CopyAsync(SpdyStream? source, byte channel, CancellationToken ct)
    {
        if (source is null)
        {
            return;
        }

        var buffer = new byte[ChannelSocket.BufferBytes + 1];
        buffer[0] = channel;
        while (await source.ReadAsync(buffer.AsMemory(1), ct).ConfigureAwait(false) is var count and > 0)
        {
            await _client.SendAsync(buffer.AsMemory(0, count + 1), ct).ConfigureAwait(false);
        }
    }

    /// <summary>The end of the command: a Status, which clients before v4 get as text and only on failure.</summary>
    private async Task CopyErrorAsync(SpdyStream source, CancellationToken ct) =>
        await SendStatusAsync(await ReadStatusAsync(source, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    private async Task SendStatusAsync(byte[] status, CancellationToken ct)
    {
        if (status.Length == 0)
        {
            // Kubelets send one on success too. Without it the client would take a lost node for a success.
            status = KubeBytes.Of(StatusResponse.ToJson(
                ApiErrors.Internal("the connection to the node ended before the command's exit status came").Status)).ToArray();
        }

        var message = _protocol.Version >= 4 ? status : Encoding.UTF8.GetBytes(FailureText(status));
        if (message.Length > 0)
        {
            await _client.SendAsync((byte[])[ChannelProtocol.Error, .. message], ct).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadStatusAsync(SpdyStream source, CancellationToken ct)
    {
        var text = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (text.Length < ChannelSocket.BufferBytes
                && await source.ReadAsync(buffer, ct).ConfigureAwait(false) is var count and > 0)
            {
                text.Write(buffer, 0, count);
            }
        }
        catch (SpdyException)
        {
            // Reset after its last byte, as kubelets do.
        }

        return text.ToArray();
    }

    internal static string FailureText(byte[] status)
    {
        try
        {
            var parsed = JsonNode.Parse(status);
            return (string?)parsed?["status"] == "Success" ? "" : (string?)parsed?["message"] ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, or none that has these texts.
            return Encoding.UTF8.GetString(status);
        }
    }

    /// <summary>The streams of one command.</summary>
    private sealed record Streams(SpdyStream Error, SpdyStream? Stdin, SpdyStream? Stdout, SpdyStream? Stderr, SpdyStream? Resize);
}
