using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Kube1.Testing;

namespace Kube1.Tests.Fuzzing;

/// <summary>A TLS connection whose bytes the test chooses, over HTTP/1.1 or HTTP/2.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;

    private const int FrameHeaderBytes = 9;

    private readonly Socket _socket;
    private readonly SslStream _stream;

    private RawClient(Socket socket, SslStream stream) => (_socket, _stream) = (socket, stream);

    public static async Task<RawClient> ConnectAsync(TestCluster cluster, bool http2 = false)
    {
        // A small buffer: what the client does not read soon holds up the server.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", cluster.Server.Port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false,
            (_, presented, _, _) => presented?.Subject == "CN=kube1-test");
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        });
        return new RawClient(socket, stream);
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask();

    /// <summary>Begins HTTP/2: the preface and the initial window of the streams.</summary>
    public Task PrefaceAsync(int window) => SendAsync(
        [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [0, 4, 0, 0, (byte)(window >> 8), (byte)window])]);

    /// <summary>A GET, its headers as literals (RFC 7541 section 6.2.2).</summary>
    public static byte[] Get(int stream, string path)
    {
        var target = Encoding.ASCII.GetBytes(path);
        return Frame(Headers, 5, stream, [0x82, 0x87, 0x04, (byte)target.Length, .. target, 0x01, 9, .. "localhost"u8]);
    }

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, FrameHeaderBytes);
        return frame;
    }

    /// <summary>What comes until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync(CancellationToken ct)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer, ct) is var count and > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }

        return text.ToString();
    }

    /// <summary>Reads frames, and answers pings, until the server ends the stream or the connection.</summary>
    public async Task<byte> ReadUntilCutOffAsync(CancellationToken ct)
    {
        var header = new byte[FrameHeaderBytes];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(header, ct);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
                await _stream.ReadExactlyAsync(payload, ct);
                switch (header[3])
                {
                    case ResetStream or GoAway:
                        return header[3];
                    case Ping when header[4] == 0:
                        await SendAsync(Frame(Ping, 1, 0, payload));
                        break;
                }
            }
        }
        catch (IOException)
        {
            return GoAway;
        }
    }

    /// <summary>The head of an answer, without the empty line.</summary>
    public async Task<string> ReadHeadAsync(CancellationToken ct)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _stream.ReadExactlyAsync(one, ct);
            head.Append((char)one[0]);
        }

        return head.ToString(0, head.Length - 4);
    }

    /// <summary>Some bytes of the server; none when it has closed the connection.</summary>
    public async Task<byte[]> ReadAsync(int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        try
        {
            await _stream.ReadExactlyAsync(bytes, ct);
            return bytes;
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Waits, without reading, until the server has reset the connection.</summary>
    public async Task WaitUntilBrokenAsync(CancellationToken ct)
    {
        while (!_socket.Poll(0, SelectMode.SelectError))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
