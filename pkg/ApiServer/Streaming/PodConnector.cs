using System.Net.Security;
using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Streaming;

/// <summary>
/// Dials pods, and ports of nodes other than the kubelet's, over HTTP or HTTPS and without credentials. A pod's
/// certificate is its own affair: nobody could say which name it must carry, so, as upstream, none is checked.
/// </summary>
public sealed class PodConnector : IBackendConnector, IDisposable
{
    // As upstream's proxy dialer: a node that has just gone is not given up at the first lost packet.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly UpgradeDialer _dialer;
    private readonly HttpMessageInvoker _http;

    /// <param name="time">Time.</param>
    public PodConnector(TimeProvider time)
    {
        _dialer = new UpgradeDialer(time);
        _http = BackendTransport.Create(ConnectTimeout, Tls);
    }

    /// <inheritdoc/>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        _http.SendAsync(request, ct);

    /// <inheritdoc/>
    public Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, CancellationToken ct) =>
        _dialer.DialAsync(request with { Tls = Tls() }, ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

#pragma warning disable CA5359 // The summary says why.
    private static SslClientAuthenticationOptions Tls() => new()
    {
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };
#pragma warning restore CA5359
}
