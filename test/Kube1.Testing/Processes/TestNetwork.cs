using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Kube1.Testing.Processes;

/// <summary>Ports and networks of this machine that nobody uses, each given once in a run.</summary>
internal static class TestNetwork
{
    /// <summary>
    /// Below the ports that the kernel gives to clients, and below NodePorts: one that is free now is still free when a
    /// program comes to listen at it.
    /// </summary>
    private const int FirstPort = 20_000;

    private const int Ports = 8_000;
    private const int Octets = 256;

    private static int _lastPort = Random.Shared.Next(Ports);
    private static int _lastRange = Random.Shared.Next(Octets);

    /// <summary>A port for a program that is yet to start.</summary>
    public static int NextPort()
    {
        for (var tries = 0; tries < Ports; tries++)
        {
            var port = FirstPort + Next(ref _lastPort, Ports);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"no port from {FirstPort} on is free");
    }

    /// <summary>The second octet of a network 10.x.0.0/16 in which this machine is not, within bounds.</summary>
    public static int NextRange(int first, int count)
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(own => own.Address.GetAddressBytes())
            .Where(bytes => bytes[0] == 10)
            .Select(bytes => (int)bytes[1])
            .ToHashSet();
        for (var tries = 0; tries < Octets; tries++)
        {
            var range = first + Next(ref _lastRange, count);
            if (!taken.Contains(range))
            {
                return range;
            }
        }

        throw new InvalidOperationException($"this machine is in all networks from 10.{first}.0.0 to 10.{first + count - 1}.0.0");
    }

    private static int Next(ref int last, int count) => (int)((uint)Interlocked.Increment(ref last) % count);

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
