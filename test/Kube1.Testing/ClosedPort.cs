using System.Net;
using System.Net.Sockets;

namespace Kube1.Testing;

/// <summary>
/// A port of the loopback at which nobody listens: it is held, so that no server that starts meanwhile is given it.
/// </summary>
public sealed class ClosedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes a port.</summary>
    public ClosedPort()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Number = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    /// <summary>Its number.</summary>
    public int Number { get; }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
