using System.Text;
using Kube1.Api.Errors;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming;
using Kube1.ApiServer.Streaming.Proxies;
using Kube1.Client.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// Passes requests, and protocol upgrades, on to aggregated API servers as the user who makes them
/// (k8s.io/kube-aggregator/pkg/apiserver/handler_proxy.go). What goes wrong on the way is told as text, as upstream.
/// </summary>
internal sealed class AggregationProxy(RemoteTransports transports, TimeProvider time)
{
    /// <summary>How long a server may take to tell of a group version: clients ask for all of them before they begin.</summary>
    private static readonly TimeSpan DiscoveryTimeout = TimeSpan.FromSeconds(5);

    // A refused upgrade is held in memory.
    private const int MaxRefusalBytes = 1024 * 1024;

    /// <summary>Answers, or throws before the response starts.</summary>
    public async Task ServeAsync(RequestScope scope, ApiService service)
    {
        // Throws for a timeout that is none.
        var limit = LimitOf(scope);
        if (!service.IsAvailable)
        {
            await WriteErrorAsync(scope, 503, "service unavailable").ConfigureAwait(false);
            return;
        }

        try
        {
            var call = new Call(scope.Http, service.Server!, transports.Of(service.Server!), HeadersOf(scope));
            // A stream holds no seats here: the server behind counts it.
            if (scope.Info.Verb == "watch")
            {
                scope.Seats?.Dispose();
            }

            await (call.Protocol is null
                ? ExchangeAsync(scope, call, limit)
                : UpgradeAsync(scope, call)).ConfigureAwait(false);
        }
        catch (WebhookCallException e)
        {
            await WriteErrorAsync(scope, 500, e.Message).ConfigureAwait(false);
        }
        catch (RemoteException e) when (!scope.Http.Response.HasStarted)
        {
            await WriteErrorAsync(scope, 503, e.Message).ConfigureAwait(false);
        }
    }

    // Discovery has a shorter time than other requests; streams have all the time that they like.
    private TimeSpan LimitOf(RequestScope scope)
    {
        if (scope.Deadline == DateTimeOffset.MaxValue)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var rest = scope.Deadline - time.GetUtcNow();
        rest = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        return IsDiscovery(scope.Info) && rest > DiscoveryTimeout ? DiscoveryTimeout : rest;
    }

    private static bool IsDiscovery(RequestInfo info) =>
        !info.IsResourceRequest && info.Path.Trim('/').Count(c => c == '/') == 2;

    // A header that cannot be sent must not be left out: the user would be another one.
    private static List<KeyValuePair<string, string>> HeadersOf(RequestScope scope)
    {
        List<KeyValuePair<string, string>> headers = [.. UserHeaders.Of(scope.User)];
        foreach (var (name, value) in headers)
        {
            if (value.Any(c => (c < ' ' && c != '\t') || c == '\u007f'))
            {
                throw new RemoteException($"net/http: invalid header field value for \"{name}\"");
            }
        }

        headers.Add(new("Audit-ID", scope.Http.Response.Headers["Audit-Id"].ToString()));
        return headers;
    }

    private async Task ExchangeAsync(RequestScope scope, Call call, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            scope.Aborted, patience.Token,
            LongRunningRequests.Contains(scope.Info) ? scope.Core.Stopping : CancellationToken.None);
        using var request = call.Request();
        try
        {
            using var answer = await SendAsync(call, request, either.Token).ConfigureAwait(false);
            await AnswerAsync(scope, call, answer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!scope.Aborted.IsCancellationRequested)
        {
            if (scope.Http.Response.HasStarted)
            {
                // Only breaking off tells the client that the body is not whole.
                scope.Http.Abort();
            }
            else if (IsDiscovery(scope.Info))
            {
                throw Unreachable("context deadline exceeded");
            }
            else
            {
                throw ApiErrors.Timeout("Timeout: request did not complete within the allotted timeout", 0);
            }
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(
        Call call, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await call.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException
            && !cancellationToken.IsCancellationRequested)
        {
            for (var cause = e; cause is not null; cause = cause.InnerException)
            {
                switch (cause)
                {
                    case NoEndpointException:
                        throw new RemoteException("service unavailable", e);
                    case ApiException or BadHttpRequestException:
                        // The client's own body broke the rules, or came too slowly.
                        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
                        break;
                }
            }

            throw Unreachable(WebhookFailure.Describe(e), e);
        }
    }

    private static async Task AnswerAsync(
        RequestScope scope, Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var response = scope.Http.Response;
        response.StatusCode = (int)answer.StatusCode;
        ProxyHeaders.CopyTo(response, answer);
        if (response.Headers.Location is [{ Length: > 0 } location])
        {
            response.Headers.Location =
                new ProxiedLinks("", new Uri(call.Server.Address).Authority, scope.Http.Request.Host.Value ?? "").Rewrite(location);
        }

        scope.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                await BodyCopy.RunAsync(body, response.Body, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            // The server behind broke off: only breaking off too tells the client that the body is not whole.
            scope.Http.Abort();
        }
    }

    private async Task UpgradeAsync(RequestScope scope, Call call)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(scope.Aborted, scope.Core.Stopping);
        await using var backend = await DialAsync(call, either.Token).ConfigureAwait(false);
        if (backend.Stream is not { } stream)
        {
            await RefuseAsync(scope, backend, either.Token).ConfigureAwait(false);
            return;
        }

        // As a watch, it may last for hours.
        scope.Seats?.Dispose();
        var client = await ClientUpgrade.AcceptRawAsync(scope.Http, backend).ConfigureAwait(false);
        try
        {
            await new StreamSplice(time).RunAsync(client, stream, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!scope.Aborted.IsCancellationRequested)
        {
            // The server stops: the client is to connect to the next one.
            scope.Http.Abort();
        }
    }

    private async Task<UpgradeResponse> DialAsync(Call call, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ServerConnections.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var connection = await call.Transport.ConnectAsync(either.Token).ConfigureAwait(false);
            return await new UpgradeDialer(time).UpgradeAsync(call.Upgrade(), connection, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (NoEndpointException e)
        {
            throw new RemoteException("service unavailable", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new RemoteException(
                "error dialing backend: " + (e is OperationCanceledException ? "i/o timeout" : e.Message), e);
        }
    }

    private static async Task RefuseAsync(RequestScope scope, UpgradeResponse backend, CancellationToken cancellationToken)
    {
        if (backend.StatusCode < 400)
        {
            throw new RemoteException($"invalid upgrade response: status code {backend.StatusCode}");
        }

        await ClientUpgrade.RefuseAsync(scope.Http, backend, cancellationToken).ConfigureAwait(false);
    }

    private static RemoteException Unreachable(string why, Exception? cause = null) =>
        new("error trying to reach service: " + why, cause);

    // As Go's http.Error.
    private static async Task WriteErrorAsync(RequestScope scope, int code, string message)
    {
        var response = scope.Http.Response;
        var bytes = Encoding.UTF8.GetBytes(message + "\n");
        response.StatusCode = code;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["X-Content-Type-Options"] = "nosniff";
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(scope.Http.Request.Method))
        {
            await response.Body.WriteAsync(bytes, scope.Aborted).ConfigureAwait(false);
        }
    }

    /// <summary>A client's request on its way to a server.</summary>
    private sealed record Call(
        HttpContext Http, RemoteServer Server, RemoteTransport Transport, List<KeyValuePair<string, string>> Headers)
    {
        // The path is the one that was authorized: what the client escaped without need would be read otherwise there.
        private readonly string _path = ProxyPath.Escape(
            Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Http.Request.Path.Value ?? "/")));

        /// <summary>The protocol that the client wants to change to; null for none.</summary>
        public string? Protocol => ExtendedConnect.Of(Http)?.Protocol ?? ClientUpgrade.Protocol(Http);

        private Uri Target => new(
            Server.Address + _path + Http.Request.QueryString.Value,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

        public HttpRequestMessage Request()
        {
            var request = ProxyRequest.Of(Http, Target, Server.HostName);
            RepeatedHeader.Set(request.Headers, Forwarded().Concat(Headers));
            return request;
        }

        public UpgradeRequest Upgrade()
        {
            var own = Forwarded().Concat(Headers).ToList();
            var names = own.Select(h => h.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return new UpgradeRequest
            {
                Uri = Target,
                Method = ExtendedConnect.MethodOf(Http),
                Host = Server.HostName,
                Protocol = Protocol!,
                Headers =
                [
                    .. ProxyHeaders.OfRequest(Http).Where(h => !names.Contains(h.Key)), .. own,
                    .. ClientUpgrade.HandshakeOf(Http),
                ],
                ResponseTimeout = Timeout.InfiniteTimeSpan,
                MaxRefusalBytes = MaxRefusalBytes,
            };
        }

        private IEnumerable<KeyValuePair<string, string>> Forwarded() =>
        [
            new("X-Forwarded-Uri", _path),
            new("X-Forwarded-Host", new Uri(Server.Address).Authority),
            new("X-Forwarded-Proto", "https"),
        ];
    }
}
