namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// How this server reaches what stands behind Services, and other hosts that webhooks name: the seam for servers
/// without a way to the pod network, and for tests.
/// </summary>
public interface IServiceDialer
{
    /// <summary>Opens a TCP connection.</summary>
    /// <param name="host">An IP address or a DNS name.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">Nobody answers there.</exception>
    ValueTask<Stream> DialAsync(string host, int port, CancellationToken cancellationToken);
}
