using Kube1.ApiServer.Audit.Outputs;
using Kube1.ApiServer.Audit.Policies;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Audit;

/// <summary>
/// The audit log of one server: a policy and the outputs. Disposing it writes what waits; a webhook that does not answer
/// is given up after <see cref="ApiServerHost.StopTimeout"/>.
/// </summary>
public sealed partial class Auditor : IAsyncDisposable
{
    private readonly AuditPolicy _policy;
    private readonly AuditBackend[] _backends;
    private readonly TimeProvider _time;
    private readonly AuditStop _stop;

    private Auditor(
        AuditPolicy policy, AuditBackend[] backends, TimeProvider time, AuditStop stop) =>
        (_policy, _backends, _time, _stop) = (policy, backends, time, stop);

    internal DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>
    /// Reads the policy and opens the outputs; null when there is nothing to log or nowhere to log it to. Throws
    /// <see cref="AuditConfigurationException"/> for options and files that cannot be used.
    /// </summary>
    public static Auditor? Open(AuditOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.Validate() is { Count: > 0 } wrong)
        {
            throw new AuditConfigurationException(string.Join("; ", wrong));
        }

        var logger = loggers.CreateLogger<Auditor>();
        if (options.PolicyFile is not { } file)
        {
            if (options.Log.Path is not null || options.Webhook.ConfigFile is not null)
            {
                LogNoPolicy(logger);
            }

            return null;
        }

        var policy = AuditPolicyFile.Load(file, warning => LogWarning(logger, warning));
        var stop = new AuditStop(time);
        var failures = new AuditFailures(logger);
        var backends = new List<AuditBackend>();
        if (options.Log is { Path: not null } log)
        {
            backends.Add(new AuditBackend(
                AuditOutputs.Log(log, time, logger), log.Delivery, failures, time, stop));
        }

        if (options.Webhook is { ConfigFile: not null } webhook)
        {
            backends.Add(new AuditBackend(
                AuditOutputs.Webhook(webhook, time), webhook.Delivery, failures, time, stop));
        }

        return backends.Count > 0 ? new Auditor(policy, [.. backends], time, stop) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.BeginAsync().ConfigureAwait(false);
        foreach (var backend in _backends)
        {
            await backend.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    /// <summary>What is to be logged of a request; null for nothing. The user is null where nobody knows who asks.</summary>
    internal RequestAudit? Begin(RequestScope scope, UserInfo? user)
    {
        var decision = _policy.Evaluate(scope.Info, user);
        AuditMetrics.CountLevel(decision.Level);
        return decision.Level == AuditLevel.None ? null : new RequestAudit(this, scope, decision, user);
    }

    /// <summary>Gives an event to all outputs; false when one of them says that the request must not go on.</summary>
    internal async ValueTask<bool> EmitAsync(RequestAudit request, AuditStage stage, DateTimeOffset at)
    {
        AuditMetrics.CountEvent();
        using var encoded = new EncodedEvent(request, stage, at);
        var isTaken = true;
        foreach (var backend in _backends)
        {
            isTaken &= await backend.TakeAsync(encoded).ConfigureAwait(false);
        }

        return isTaken;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No audit policy file provided, no events will be recorded")]
    private static partial void LogNoPolicy(ILogger logger);
}
