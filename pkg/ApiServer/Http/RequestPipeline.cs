using Kube1.Api.Errors;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.FlowControl;
using Kube1.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The way of every request, from a socket or in process. Deeper code throws <see cref="ApiException"/>; here alone it
/// becomes a Status.
/// </summary>
internal sealed partial class RequestPipeline(
    ApiServerCore core, RequestGate gate, ResourceDispatcher resources, PathDispatcher paths)
{
    private readonly ILogger _logger = core.Loggers.CreateLogger<RequestPipeline>();

    /// <summary>Answers one request; throws nothing.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var scope = new RequestScope(http, RequestInfoParser.Parse(http.Request), core)
        {
            Received = core.Time.GetUtcNow(),
        };
        using var measured = ApiMetrics.Begin(scope, core.Time);
        try
        {
            AddAuditId(http);
            scope.User = await AuthenticateAsync(http).ConfigureAwait(false);
            using var seats = await gate.EnterAsync(scope).ConfigureAwait(false);
            scope.Seats = seats;
            Authorize(scope);
            using var body = LimitBody(scope);
            if (core.Aggregator.ApiServices.FindRemote(scope.Info) is { } remote)
            {
                await core.Aggregator.ProxyAsync(scope, remote).ConfigureAwait(false);
            }
            else if (scope.Info.IsResourceRequest)
            {
                await resources.DispatchAsync(scope).ConfigureAwait(false);
            }
            else
            {
                await paths.DispatchAsync(scope).ConfigureAwait(false);
            }
        }
        catch (ApiException refused)
        {
            await AnswerAsync(scope, refused).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is left to answer.
        }
        catch (BadHttpRequestException malformed)
        {
            // The body breaks the protocol: chunks without sizes, less than was announced.
            await AnswerAsync(scope, malformed.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? ApiErrors.TooLarge(malformed.Message)
                : ApiErrors.BadRequest(malformed.Message)).ConfigureAwait(false);
        }
        catch (StoreUnavailableException unavailable)
        {
            LogStoreUnavailable(scope.Info.Verb, scope.Info.Path, unavailable.Message);
            await AnswerAsync(scope, ApiErrors.Internal(unavailable.Message)).ConfigureAwait(false);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogFailed(failure, scope.Info.Verb, scope.Info.Path);
            await AnswerAsync(scope, ApiErrors.Internal(failure.Message, failure)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogAborted(failure, scope.Info.Verb, scope.Info.Path);
        }
    }

    private static void AddAuditId(HttpContext http)
    {
        var id = http.Request.Headers["Audit-ID"].ToString();
        http.Response.Headers["Audit-Id"] = id.Length is > 0 and <= 64 ? id : Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
    }

    private async ValueTask<UserInfo> AuthenticateAsync(HttpContext http)
    {
        if (http.Features.Get<InProcessIdentity>() is { } inProcess)
        {
            return inProcess.User;
        }

        var result = await core.Security.Authenticator.AuthenticateAsync(http, http.RequestAborted).ConfigureAwait(false);
        return result.Outcome switch
        {
            AuthenticationOutcome.Authenticated => result.User!,
            AuthenticationOutcome.NoCredentials => UserInfo.Anonymous,
            _ => throw ApiErrors.Unauthorized(),
        };
    }

    // Bodies from inside the process are there already; streams to pods last as long as they like.
    private TimedBody? LimitBody(RequestScope scope)
    {
        var request = scope.Http.Request;
        if (HttpMethods.IsGet(request.Method) || LongRunningRequests.Contains(scope.Info)
            || scope.Http.Features.Get<InProcessIdentity>() is not null)
        {
            return null;
        }

        var body = new TimedBody(request.Body, core.Time, core.Options.Connections.RequestBody);
        request.Body = body;
        return body;
    }

    private void Authorize(RequestScope scope)
    {
        var attributes = scope.Info.AttributesFor(scope.User);
        var decision = core.Security.Authorizer.Authorize(attributes);
        if (!decision.Allowed)
        {
            // A stranger is told to log in, not that he may not: upstream's rule for anonymous requests is 403 too,
            // since the anonymous user is a user.
            throw ForbiddenAccess.Of(attributes, decision.Reason);
        }
    }

    private async Task AnswerAsync(RequestScope scope, ApiException refused)
    {
        if (scope.Http.Response.HasStarted)
        {
            // Half an answer is out: only breaking the connection tells the client that it is not whole.
            scope.Http.Abort();
            return;
        }

        try
        {
            await StatusResponse.WriteAsync(scope, refused.Status).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            LogAborted(failure, scope.Info.Verb, scope.Info.Path);
        }
    }
}
