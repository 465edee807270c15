using System.Collections.Concurrent;
using System.Globalization;
using Kube1.ApiServer.Streaming;
using Kube1.Client.Streaming;

namespace Kube1.Tests.Streaming;

/// <summary>The real connector, but every address leads to one server on loopback; port 81 leads nowhere.</summary>
internal sealed class LoopbackConnector(BackendServer server) : IBackendConnector, IDisposable
{
    /// <summary>A port of loopback that nothing listens on: below those that systems give out.</summary>
    private const int ClosedPort = 1;

    private readonly PodConnector _inner = new(TimeProvider.System);

    /// <summary>What was dialed, as "scheme://authority".</summary>
    public ConcurrentQueue<string> Dialed { get; } = new();

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        request.RequestUri = Redirect(request.RequestUri!);
        return _inner.SendAsync(request, ct);
    }

    public Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, CancellationToken ct) =>
        _inner.UpgradeAsync(request with { Uri = Redirect(request.Uri) }, ct);

    public void Dispose() => _inner.Dispose();

    private Uri Redirect(Uri uri)
    {
        Dialed.Enqueue($"{uri.Scheme}://{uri.Authority}");
        var port = uri.Port == 81 ? ClosedPort : uri.Scheme == "https" ? server.HttpsPort : server.HttpPort;
        return new Uri(
            string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://127.0.0.1:{port}{uri.PathAndQuery}"),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
