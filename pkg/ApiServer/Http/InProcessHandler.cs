using System.Net;
using Kube1.ApiServer.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Http;

/// <summary>
/// Requests without sockets: runs the same pipeline in this process, as one user. Responses stream: the answer is
/// there as soon as its head is, and disposing it aborts the request.
/// </summary>
internal sealed class InProcessHandler(RequestDelegate pipeline, UserInfo user) : HttpMessageHandler
{
    private readonly InProcessIdentity _identity = new(user);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null
            ? Stream.Null
            : await request.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var exchange = new InProcessExchange(request, body, _identity);
        var aborting = cancellationToken.UnsafeRegister(static e => ((InProcessExchange)e!).Abort(), exchange);
        exchange.Run(pipeline);
        try
        {
            await exchange.Started.ConfigureAwait(false);
        }
        finally
        {
            await aborting.DisposeAsync().ConfigureAwait(false);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            // Nobody will ever read the body, and only its reader could abort the run from here on.
            exchange.Discard();
            throw new OperationCanceledException(cancellationToken);
        }

        // From here on the caller's token is about reading the body, as with a socket; disposing the body aborts.
        return exchange.ToResponse();
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("only asynchronous requests are served");
}
