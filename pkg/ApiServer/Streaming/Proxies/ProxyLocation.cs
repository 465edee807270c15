namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>The server that a proxy request is for.</summary>
/// <param name="Connector">How it is reached.</param>
/// <param name="Scheme">"http" or "https"</param>
/// <param name="Authority">Host and port, IPv6 in brackets; without a port the scheme's own is meant.</param>
internal sealed record ProxyLocation(IBackendConnector Connector, string Scheme, string Authority);

/// <summary>Finds the server that a request means.</summary>
/// <exception cref="Api.Errors.ApiException">There is none, or it may not be reached this way.</exception>
internal delegate ValueTask<ProxyLocation> ProxyLocator(Http.SubresourceRequest request, CancellationToken ct);
