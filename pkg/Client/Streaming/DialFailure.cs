using System.Net.Sockets;

namespace Kube1.Client.Streaming;

/// <summary>Why a connection could not be made, in the words of Go's net package, which clients know and match.</summary>
public static class DialFailure
{
    /// <summary>"connect: connection refused", "i/o timeout", …; what it does not know is the exception's own text.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: var code } => Describe(code) ?? failure.Message,
        OperationCanceledException or TimeoutException => "i/o timeout",
        _ => failure.Message,
    };

    private static string? Describe(SocketError code) => code switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.ConnectionReset => "connect: connection reset by peer",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        SocketError.HostNotFound => "no such host",
        SocketError.TimedOut => "connect: connection timed out",
        _ => null,
    };
}
