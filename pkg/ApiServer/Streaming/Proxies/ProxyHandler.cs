using Kube1.Api.Errors;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Http;
using Kube1.Client.Streaming;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// The proxy subresource of pods, services and nodes: passes requests of any method, and protocol upgrades, on to a
/// server of theirs (k8s.io/apimachinery/pkg/util/proxy UpgradeAwareHandler).
/// </summary>
internal sealed class ProxyHandler(ProxyLocator locate, TimeProvider time) : ISubresourceHandler
{
    // As upstream's: what is behind a proxy may be far away and slow, and the client decides how long it waits.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    // A page of an application, but held in memory.
    private const int MaxRefusalBytes = 1024 * 1024;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        if (!Methods.Contains(ExtendedConnect.MethodOf(http)))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        var location = await locate(request, cancellationToken).ConfigureAwait(false);
        await request.AdmitAsync(AdmissionOperation.Connect, null, null, cancellationToken).ConfigureAwait(false);
        var path = ProxyPath.Of(http, request.Info.Rest);
        var target = new Uri(
            $"{location.Scheme}://{location.Authority}{path.Escaped}{http.Request.QueryString.Value}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        if ((ExtendedConnect.Of(http)?.Protocol ?? ClientUpgrade.Protocol(http)) is { } protocol)
        {
            await UpgradeAsync(http, location, target, protocol, cancellationToken).ConfigureAwait(false);
        }
        else if (path.Rest.Length == 0 && http.Request.Method is "GET" or "HEAD")
        {
            // Relative links of the page behind would otherwise miss it by one segment.
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = path.Prefix + "/" + http.Request.QueryString.Value;
        }
        else
        {
            await new ProxyExchange(http, location, path).RunAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task UpgradeAsync(
        HttpContext http, ProxyLocation location, Uri target, string protocol, CancellationToken ct)
    {
        var upgrade = new UpgradeRequest
        {
            Uri = target,
            Method = ExtendedConnect.MethodOf(http),
            Host = http.Request.Host.Value,
            Protocol = protocol,
            Headers = [.. ProxyHeaders.OfRequest(http), .. ClientUpgrade.HandshakeOf(http)],
            ConnectTimeout = ConnectTimeout,
            ResponseTimeout = Timeout.InfiniteTimeSpan,
            MaxRefusalBytes = MaxRefusalBytes,
        };
        await using var backend = await DialAsync(location, upgrade, ct).ConfigureAwait(false);
        if (backend.Stream is not { } stream)
        {
            await ClientUpgrade.RefuseAsync(http, backend, ct).ConfigureAwait(false);
            return;
        }

        var client = await ClientUpgrade.AcceptRawAsync(http, backend).ConfigureAwait(false);
        await new StreamSplice(time).RunAsync(client, stream, ct).ConfigureAwait(false);
    }

    private static async Task<UpgradeResponse> DialAsync(ProxyLocation location, UpgradeRequest upgrade, CancellationToken ct)
    {
        try
        {
            return await location.Connector.UpgradeAsync(upgrade, ct).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw ProxyFailure.NoStatus("error dialing backend: " + e.Message, e);
        }
    }
}
