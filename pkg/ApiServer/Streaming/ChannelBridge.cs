using System.Net.WebSockets;
using Kube1.ApiServer.Streaming.Spdy;

namespace Kube1.ApiServer.Streaming;

/// <summary>How long a WebSocket client with channels and a SPDY kubelet stay joined.</summary>
internal static class ChannelBridge
{
    /// <summary>
    /// Runs the kubelet's session, and in it what <paramref name="begin"/> starts, until either way has ended; then ends the
    /// other. The output's end closes the client's socket. The client's leaving ends the streams, as a closed terminal does.
    /// </summary>
    /// <param name="client">The client's side.</param>
    /// <param name="kubelet">The kubelet's side.</param>
    /// <param name="begin">Opens streams; gives what comes from the client and what goes to it, neither of which throws.</param>
    /// <param name="ct">Ends all.</param>
    public static async Task RunAsync(
        ChannelSocket client, SpdySession kubelet, Func<CancellationToken, Task<(Task Input, Task Output)>> begin,
        CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var session = ChannelSocket.Quietly(kubelet.RunAsync(stop.Token));
        var input = Task.CompletedTask;
        try
        {
            (input, var output) = await begin(stop.Token).ConfigureAwait(false);
            if (await Task.WhenAny(output, input).ConfigureAwait(false) == output)
            {
                await ChannelSocket.Quietly(client.CloseAsync(input, stop.Token)).ConfigureAwait(false);
            }

            await stop.CancelAsync().ConfigureAwait(false);
            await output.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or WebSocketException or OperationCanceledException)
        {
            // The node or the client has gone: nobody is left to tell.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await input.ConfigureAwait(false);
            await session.ConfigureAwait(false);
        }
    }
}
