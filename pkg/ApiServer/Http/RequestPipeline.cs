using System.Text;
using Kube1.Api.Errors;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Impersonations;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.FlowControl;
using Kube1.Storage;
using Microsoft.AspNetCore.Connections.Features;
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
            scope.User = await AuthenticateAsync(scope).ConfigureAwait(false);
            if (await BeginAuditAsync(scope).ConfigureAwait(false))
            {
                await ServeAsync(scope).ConfigureAwait(false);
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
            scope.Audit?.RecordPanic(failure);
            await AnswerAsync(scope, ApiErrors.Internal(failure.Message, failure)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogAborted(failure, scope.Info.Verb, scope.Info.Path);
        }

        if (scope.Audit is { } audit)
        {
            await audit.CompletedAsync().ConfigureAwait(false);
        }
    }

    // The one that the client gave, however long it is; one that a header cannot have is as good as none.
    private static void AddAuditId(HttpContext http)
    {
        var id = http.Request.Headers["Audit-ID"] is [{ Length: > 0 } given, ..] ? given : "";
        http.Response.Headers["Audit-Id"] = id.Length > 0 && Ascii.IsValid(id) ? id : Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
    }

    private async Task ServeAsync(RequestScope scope)
    {
        Impersonate(scope);
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

    private async ValueTask<UserInfo> AuthenticateAsync(RequestScope scope)
    {
        var http = scope.Http;
        if (http.Features.Get<InProcessIdentity>() is { } inProcess)
        {
            return inProcess.User;
        }

        var result = await core.Security.Authenticator.AuthenticateAsync(http, http.RequestAborted).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case AuthenticationOutcome.Authenticated when result.User!.Name != UserInfo.Anonymous.Name:
                return result.User;
            case AuthenticationOutcome.Authenticated or AuthenticationOutcome.NoCredentials:
                CloseAfterThis(http);
                return result.User ?? UserInfo.Anonymous;
            default:
                CloseAfterThis(http);
                scope.Audit = core.Audit?.Begin(scope, null);
                throw ApiErrors.Unauthorized();
        }
    }

    // Many streams on one connection are cheap to open and dear to serve: who is nobody gets one request a connection
    // (CVE-2023-44487), as upstream.
    private static void CloseAfterThis(HttpContext http)
    {
        if (HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    // False when the request must not go on because it cannot be logged.
    private async ValueTask<bool> BeginAuditAsync(RequestScope scope)
    {
        if (core.Audit?.Begin(scope, scope.User) is not { } audit)
        {
            return true;
        }

        if (scope.Http.Features.Get<StaleToken>() is { } stale)
        {
            scope.AuditAnnotations.TryAdd(StaleToken.AuditKey, stale.Text);
        }

        if (await audit.ReceivedAsync().ConfigureAwait(false))
        {
            scope.Audit = audit;
            return true;
        }

        AuditMetrics.CountRejected();
        await InternalErrorText.WriteAsync(scope, "failed to store audit event").ConfigureAwait(false);
        return false;
    }

    // The server's own parts are who they are.
    private void Impersonate(RequestScope scope)
    {
        var http = scope.Http;
        if (core.Security.Impersonate is not { } impersonate || http.Features.Get<InProcessIdentity>() is not null)
        {
            return;
        }

        try
        {
            scope.User = impersonate(http, scope.User);
        }
        catch (ApiException)
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            throw;
        }

        if (scope.Audit is { } audit && http.Features.Get<ImpersonatedBy>() is { } by)
        {
            audit.RecordImpersonation(scope.User, by);
        }
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
        scope.Audit?.RecordDecision(decision);
        if (!decision.Allowed)
        {
            // A stranger is told to log in, not that he may not: upstream's rule for anonymous requests is 403 too,
            // since the anonymous user is a user.
            scope.Http.Response.Headers.XContentTypeOptions = "nosniff";
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
