using System.Net.Sockets;

namespace Kube1.Client.Streaming;

/// <summary>
/// TCP keep-alive for long streams: an idle exec session must not be cut, and a peer that vanished without a FIN must
/// be noticed within about a minute.
/// </summary>
public static class KeepAlive
{
    private const int IdleSeconds = 30;
    private const int IntervalSeconds = 10;
    private const int Probes = 3;

    /// <summary>Turns probes on: first after 30 s of silence, given up after three without an answer.</summary>
    public static void Enable(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }
}
