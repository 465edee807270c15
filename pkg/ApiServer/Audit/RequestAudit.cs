using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.ApiServer.Audit.Policies;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Impersonations;
using Kube1.ApiServer.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Audit;

/// <summary>
/// What is known of a request that is logged, filled in as the request goes its way, and the events that are made of it
/// (k8s.io/apiserver/pkg/audit). A request that is not logged has none.
/// </summary>
internal sealed class RequestAudit
{
    /// <summary>The annotation with what authorization has decided.</summary>
    public const string DecisionKey = "authorization.k8s.io/decision";

    /// <summary>The annotation with why.</summary>
    public const string ReasonKey = "authorization.k8s.io/reason";

    private const int MaxUserAgentChars = 1024;

    private static readonly V1Status ClosedEarly = new() { Status = "Success", Message = "Connection closed early" };

    private readonly Auditor _auditor;
    private readonly AuditDecision _policy;
    private readonly RequestScope _scope;
    private readonly bool _isUnauthenticated;
    private readonly bool _isLong;
    private bool _hasStarted;
    private bool _hasPanicked;

    public RequestAudit(Auditor auditor, RequestScope scope, AuditDecision policy, UserInfo? user)
    {
        (_auditor, _scope, _policy, User) = (auditor, scope, policy, user);
        _isUnauthenticated = user is null;
        var http = scope.Http;
        Id = http.Response.Headers["Audit-Id"].ToString();
        RequestUri = TargetOf(http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "");
        SourceAddresses = SourceAddressChain.Of(http);
        var agent = http.Request.Headers.UserAgent.ToString();
        UserAgent = agent.Length > MaxUserAgentChars ? agent[..MaxUserAgentChars] + "...TRUNCATED" : agent;
        _isLong = LongRunningRequests.Contains(scope.Info);
        if (_isUnauthenticated)
        {
            AwaitStart();
        }
    }

    /// <summary>How much is logged; never None.</summary>
    public AuditLevel Level => _policy.Level;

    public string Id { get; }

    public string RequestUri { get; }

    public RequestInfo Info => _scope.Info;

    /// <summary>Who asks, whoever that one acts as; null when nobody knows.</summary>
    public UserInfo? User { get; }

    public UserInfo? ImpersonatedUser { get; private set; }

    /// <summary>The verb that allowed a constrained impersonation; empty for none.</summary>
    public string ImpersonationConstraint { get; private set; } = "";

    public IReadOnlyList<string> SourceAddresses { get; }

    public string UserAgent { get; }

    public DateTimeOffset Received => _scope.Received;

    /// <summary>What the request's object says of itself; the request itself comes before it.</summary>
    public string ObjectName { get; private set; } = "";

    public string ObjectNamespace { get; private set; } = "";

    public string ObjectUid { get; private set; } = "";

    public string ObjectResourceVersion { get; private set; } = "";

    /// <summary>The Status that the response is; null when it is something else.</summary>
    public V1Status? ResponseStatus { get; private set; }

    /// <summary>The code of the response; null as long as there is none.</summary>
    public int? ResponseCode { get; private set; }

    /// <summary>JSON; empty when none is to be logged.</summary>
    public ReadOnlyMemory<byte> RequestObject { get; private set; }

    /// <summary>JSON; empty when none is to be logged.</summary>
    public ReadOnlyMemory<byte> ResponseObject { get; private set; }

    /// <summary>What both objects have together.</summary>
    public int ObjectBytes => RequestObject.Length + ResponseObject.Length;

    /// <summary>"allow" or "forbid"; null before authorization.</summary>
    public string? Decision { get; private set; }

    public string Reason { get; private set; } = "";

    /// <summary>Whether the response's object is to be given to <see cref="RecordResponse"/>.</summary>
    public bool WantsResponse => Level == AuditLevel.RequestResponse;

    /// <summary>Remarks of admission and others, those that this level shows; null when there are none.</summary>
    public IDictionary<string, string>? Remarks()
    {
        Dictionary<string, string>? shown = null;
        if (_scope.RecordedAnnotations is not { } recorded)
        {
            return null;
        }

        foreach (var (key, remark) in recorded.Snapshot())
        {
            if (!remark.ShowsBody || Level >= AuditLevel.Request)
            {
                (shown ??= new(StringComparer.Ordinal)).Add(key, remark.Value);
            }
        }

        return shown;
    }

    /// <summary>Makes the first event; false when the request must not go on.</summary>
    public async ValueTask<bool> ReceivedAsync()
    {
        if (!await EmitAsync(AuditStage.RequestReceived, Received).ConfigureAwait(false))
        {
            return false;
        }

        if (_isLong)
        {
            AwaitStart();
        }

        return true;
    }

    /// <summary>What authorization has decided.</summary>
    public void RecordDecision(AuthorizationDecision decision) =>
        (Decision, Reason) = (decision.Allowed ? "allow" : "forbid", decision.Reason);

    /// <summary>The user that the requester acts as.</summary>
    public void RecordImpersonation(UserInfo user, ImpersonatedBy by) =>
        (ImpersonatedUser, ImpersonationConstraint) = (user, by.Constraint);

    /// <summary>The object that the request brings, decoded, and nothing done to it yet.</summary>
    public void RecordRequest(JsonObject obj)
    {
        if (obj["metadata"] is JsonObject)
        {
            var meta = ObjectMetadata.Of(obj);
            ObjectName = meta.Name;
            ObjectNamespace = meta.Namespace;
            ObjectUid = meta.Uid;
            ObjectResourceVersion = meta.ResourceVersion;
        }

        if (Level >= AuditLevel.Request)
        {
            RequestObject = AuditedObject.Of(obj, _policy.OmitManagedFields);
        }
    }

    /// <summary>The patch that the request brings.</summary>
    public void RecordPatch(ReadOnlyMemory<byte> patch, bool isYaml)
    {
        if (Level >= AuditLevel.Request)
        {
            RequestObject = AuditedObject.OfPatch(patch.Span, isYaml);
        }
    }

    /// <summary>The Status that the request is answered with.</summary>
    public void RecordStatus(V1Status status)
    {
        // What a client is told of a panic is less than what the log is.
        if (!_hasPanicked)
        {
            ResponseStatus = status;
        }
    }

    /// <summary>The document that the request is answered with; it is copied.</summary>
    public void RecordResponse(ReadOnlySpan<byte> json)
    {
        if (WantsResponse && !_hasPanicked)
        {
            ResponseObject = AuditedObject.Of(json, _policy.OmitManagedFields);
        }
    }

    /// <summary>The request ended in a way that it should not.</summary>
    public void RecordPanic(Exception failure)
    {
        _hasPanicked = true;
        ResponseStatus = new V1Status
        {
            Status = "Failure", Reason = "InternalError", Message = "APIServer panic'd: " + failure.Message,
        };
        ResponseCode = StatusCodes.Status500InternalServerError;
    }

    /// <summary>Makes the last event.</summary>
    public async ValueTask CompletedAsync()
    {
        if (_isUnauthenticated)
        {
            // Of requests without a user there is one event, made when the response began.
            return;
        }

        var http = _scope.Http;
        if (_hasPanicked)
        {
            await EmitAsync(AuditStage.Panic, _auditor.Now).ConfigureAwait(false);
            return;
        }

        if (ResponseStatus is null && !http.Response.HasStarted && http.RequestAborted.IsCancellationRequested)
        {
            (ResponseStatus, ResponseCode) = (ClosedEarly, StatusCodes.Status200OK);
        }

        ResponseCode ??= http.Response.StatusCode;
        if (_isLong)
        {
            // A response without a body starts when all is over.
            await StartedAsync().ConfigureAwait(false);
        }

        await EmitAsync(AuditStage.ResponseComplete, _auditor.Now).ConfigureAwait(false);
    }

    private void AwaitStart() =>
        _scope.Http.Response.OnStarting(static request => ((RequestAudit)request).StartedAsync(), this);

    private async Task StartedAsync()
    {
        if (!_hasPanicked && !_hasStarted)
        {
            _hasStarted = true;
            ResponseCode ??= _scope.Http.Response.StatusCode;
            await EmitAsync(AuditStage.ResponseStarted, _auditor.Now).ConfigureAwait(false);
        }
    }

    private ValueTask<bool> EmitAsync(AuditStage stage, DateTimeOffset at) =>
        _policy.Omits(stage) ? new(true) : _auditor.EmitAsync(this, stage, at);

    // HTTP/1.1 clients of proxies may name the server as well: https://host/path.
    private static string TargetOf(string rawTarget)
    {
        if (rawTarget.StartsWith('/') || !Uri.TryCreate(rawTarget, UriKind.Absolute, out var absolute))
        {
            return rawTarget;
        }

        return absolute.PathAndQuery;
    }
}
