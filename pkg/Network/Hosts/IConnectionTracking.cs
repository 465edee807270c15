using System.Net;

namespace Kube1.Network.Hosts;

/// <summary>
/// The kernel's memory of flows. UDP has no end that the kernel could see: a client that keeps sending keeps its flow,
/// and with it the endpoint that was chosen for the first packet, however long that endpoint is gone.
/// </summary>
public interface IConnectionTracking
{
    /// <summary>All UDP flows over IPv4. Throws <see cref="IOException"/> when the kernel gives none.</summary>
    IReadOnlyList<TrackedFlow> ListUdp();

    /// <summary>Forgets a flow, so that its next packet meets the rules anew; nothing happens when it is gone.</summary>
    void Forget(TrackedFlow flow);
}

/// <summary>
/// A flow: where the client sent it, who answers, and <paramref name="Identity"/>, by which the kernel finds it again.
/// </summary>
public sealed record TrackedFlow(IPAddress Destination, int DestinationPort, IPAddress Answerer, ReadOnlyMemory<byte> Identity);
