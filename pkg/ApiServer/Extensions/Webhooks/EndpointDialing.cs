using System.Net.Sockets;
using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>Connects to the first of some endpoints that answers.</summary>
internal static class EndpointDialing
{
    /// <exception cref="WebhookConnectException">None does; the message is Go's, about the last one.</exception>
    public static async ValueTask<Stream> DialAnyAsync(
        this IServiceDialer dialer, IReadOnlyList<(string Host, int Port)> endpoints, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var (host, port) = endpoints[i];
            try
            {
                return await dialer.DialAsync(host, port, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException) when (i < endpoints.Count - 1)
            {
                // The next one may be better.
            }
            catch (SocketException e)
            {
                var reason = DialFailure.Describe(e);
                throw new WebhookConnectException(
                    e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                        ? $"dial tcp: lookup {host}: {reason}"
                        : $"dial tcp {(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}: {reason}",
                    e);
            }
        }
    }
}
