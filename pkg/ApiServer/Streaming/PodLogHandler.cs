using System.Text;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming.Proxies;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming;

/// <summary>pods/log: streams the kubelet's answer through, each piece as it comes.</summary>
internal sealed class PodLogHandler(IBackendConnector kubelets) : ISubresourceHandler
{
    private const int BufferBytes = 32 * 1024;

    // A refusal is a sentence; upstream reads as much of it.
    private const int MaxRefusalBytes = 64 * 1024;

    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        PodLogOptions.Check(http.Request.Query, request.Info.Name);
        var pod = PodContainers.Pod(request);
        var container = PodContainers.Choose(pod, http.Request.Query["container"]);
        if (string.IsNullOrEmpty(pod.Spec?.NodeName))
        {
            http.Response.StatusCode = 204; // not scheduled yet: nothing to show, and no error
            return;
        }

        var path = new StringBuilder("/containerLogs/")
            .AppendJoin('/', new[] { pod.Metadata.Namespace, pod.Metadata.Name, container }
                .Select(p => Uri.EscapeDataString(p ?? "")))
            .Append(PodLogOptions.KubeletQuery(http.Request.Query));
        using var upstream = new HttpRequestMessage(
            HttpMethod.Get, new Uri(NodeAddresses.Kubelet(request.Objects, pod.Spec.NodeName), path.ToString()));
        using var response = await SendAsync(upstream, cancellationToken).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is < 200 or > 206)
        {
            throw await RefusalAsync(request, (int)response.StatusCode, body, cancellationToken).ConfigureAwait(false);
        }

        http.Response.ContentType = "text/plain";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // The headers go at once: a client that follows an idle container must know that it is connected.
        await http.Response.StartAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        while (await ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await body.ReadAsync(buffer, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return 0; // the kubelet went away in the middle: what came is all there is, as with upstream
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken ct)
    {
        var target = message.RequestUri!;
        try
        {
            return await kubelets.SendAsync(message, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // A connect timeout is reported as a cancellation that nobody asked for.
            throw ProxyFailure.NoStatus(
                $"Get \"{target.AbsoluteUri}\": {ProxyFailure.Describe(target.Authority, e)}", e);
        }
    }

    /// <summary>The kubelet's own words with its code (registry/generic/rest GenericHttpResponseChecker).</summary>
    private static async Task<ApiException> RefusalAsync(
        SubresourceRequest request, int code, Stream body, CancellationToken ct)
    {
        var bytes = new byte[MaxRefusalBytes];
        var count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct)
            .ConfigureAwait(false);
        var text = Encoding.UTF8.GetString(bytes, 0, count);
        return code switch
        {
            400 => ApiErrors.BadRequest(text),
            404 => ApiErrors.NotFound(new GroupResource("", "pods/log"), request.Info.Name),
            _ => ApiErrors.Internal(text),
        };
    }
}
