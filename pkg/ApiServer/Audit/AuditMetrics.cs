using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Audit;

/// <summary>What is logged and what is lost, under upstream's names (k8s.io/apiserver/pkg/audit/metrics.go).</summary>
internal static class AuditMetrics
{
    private static readonly Counter<long> Events = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_audit_event_total", null, "Counter of audit events generated and sent to the audit backend.");

    private static readonly Counter<long> Errors = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_audit_error_total", null,
        "Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.");

    private static readonly Counter<long> Levels = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_audit_level_total", null, "Counter of policy levels for audit events (1 per request).");

    private static readonly Counter<long> Rejected = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_audit_requests_rejected_total", null,
        "Counter of apiserver requests rejected due to an error in audit logging backend.");

    private static readonly string[] LevelNames = Enum.GetNames<AuditLevel>();

    /// <summary>An event was made.</summary>
    public static void CountEvent() => Events.Add(1);

    /// <summary>Events were lost.</summary>
    public static void CountErrors(string plugin, int events) =>
        Errors.Add(events, new KeyValuePair<string, object?>("plugin", plugin));

    /// <summary>The policy has decided on a request.</summary>
    public static void CountLevel(AuditLevel level) =>
        Levels.Add(1, new KeyValuePair<string, object?>("level", LevelNames[(int)level]));

    /// <summary>A request was refused because it could not be logged.</summary>
    public static void CountRejected() => Rejected.Add(1);
}
