using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Kube1.Client.Streaming;

/// <summary>
/// Opens a connection, asks for an HTTP/1.1 upgrade and hands out the raw stream. Written on sockets because
/// HttpClient's upgraded stream can not be closed in one direction only.
/// </summary>
public sealed class UpgradeDialer(TimeProvider time)
{
    /// <summary>Dials and upgrades. A refusal is a response, not an exception.</summary>
    /// <exception cref="IOException">The peer could not be reached, broke off or does not speak HTTP/1.1.</exception>
    public async Task<UpgradeResponse> DialAsync(UpgradeRequest request, CancellationToken ct)
    {
        var head = FormatHead(request);
        var connection = await ConnectAsync(request, ct).ConfigureAwait(false);
        return await AskAsync(request, () => head, connection, ct).ConfigureAwait(false);
    }

    /// <summary>Upgrades a connection that is there already, and owns it. A refusal is a response, not an exception.</summary>
    /// <exception cref="IOException">The peer broke off or does not speak HTTP/1.1.</exception>
    public Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, SslStream connection, CancellationToken ct) =>
        AskAsync(request, () => FormatHead(request), new ConnectionStream(null, connection), ct);

    private async Task<UpgradeResponse> AskAsync(
        UpgradeRequest request, Func<byte[]> head, ConnectionStream connection, CancellationToken ct)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            using var timer = new CancellationTokenSource(request.ResponseTimeout, time);
            await using var link = timer.Token.Register(deadline.Cancel).ConfigureAwait(false);
            try
            {
                await connection.WriteAsync(head(), deadline.Token).ConfigureAwait(false);
                await connection.FlushAsync(deadline.Token).ConfigureAwait(false);
                var response = await ResponseHeadReader
                    .ReadAsync(connection, request.MaxRefusalBytes, deadline.Token).ConfigureAwait(false);
                if (response.StatusCode != 101)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }

                return response;
            }
            catch (OperationCanceledException) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw new IOException(
                    $"{request.Uri.Authority} did not answer the upgrade request "
                    + $"within {request.ResponseTimeout.TotalSeconds:0} s");
            }
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a plain or TLS connection to the URI's host and port, with TCP keep-alive on.</summary>
    /// <exception cref="IOException">The peer could not be reached.</exception>
    internal async Task<ConnectionStream> ConnectAsync(UpgradeRequest request, CancellationToken ct)
    {
        var uri = request.Uri;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timer = new CancellationTokenSource(request.ConnectTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        SslStream? tls = null;
        try
        {
            KeepAlive.Enable(socket);
            await socket.ConnectAsync(uri.IdnHost, uri.Port, deadline.Token).ConfigureAwait(false);
            var network = new NetworkStream(socket, ownsSocket: false);
            if (uri.Scheme == Uri.UriSchemeHttp)
            {
                return new ConnectionStream(socket, network);
            }

            tls = new SslStream(network, leaveInnerStreamOpen: false);
            var options = request.Tls ?? new SslClientAuthenticationOptions();
            options.TargetHost ??= uri.IdnHost;
            await tls.AuthenticateAsClientAsync(options, deadline.Token).ConfigureAwait(false);
            return new ConnectionStream(socket, tls);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            tls?.Dispose();
            socket.Dispose();
            ct.ThrowIfCancellationRequested();
            throw new IOException($"dial tcp {uri.Authority}: {DialFailure.Describe(e)}", e);
        }
    }

    private static byte[] FormatHead(UpgradeRequest request)
    {
        var text = new StringBuilder(512);
        text.Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Uri.PathAndQuery} HTTP/1.1\r\n");
        AppendHeader(text, "Host", request.Host ?? request.Uri.Authority);
        text.Append("Connection: Upgrade\r\n");
        AppendHeader(text, "Upgrade", request.Protocol);
        foreach (var (name, value) in request.Headers)
        {
            AppendHeader(text, name, value);
        }

        // A GET has no body, and some WebSocket servers refuse one that mentions it.
        text.Append(request.Method == "GET" ? "\r\n" : "Content-Length: 0\r\n\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendHeader(StringBuilder text, string name, string value)
    {
        // A header that carries a line break would smuggle a second request (RFC 9110 section 5.5).
        if (name.AsSpan().ContainsAny("\r\n:\0") || value.AsSpan().ContainsAny("\r\n\0"))
        {
            throw new ArgumentException($"header \"{name}\" contains a control character", nameof(name));
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
    }
}
