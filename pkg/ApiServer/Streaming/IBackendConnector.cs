using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Streaming;

/// <summary>How servers behind this one are reached; the seam for tests and for nodes behind a tunnel.</summary>
public interface IBackendConnector
{
    /// <summary>Sends a request to an absolute URI; the response streams.</summary>
    /// <exception cref="HttpRequestException">The server could not be reached or broke off.</exception>
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct);

    /// <summary>Asks a server for a protocol upgrade.</summary>
    /// <exception cref="IOException">The server could not be reached or broke off.</exception>
    Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, CancellationToken ct);
}
