using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Webhooks;

internal sealed partial class WebhookCaller
{
    [LoggerMessage(LogLevel.Warning, "failing open: {Reason}")]
    private partial void LogFailedOpen(string reason);

    [LoggerMessage(LogLevel.Warning, "failing closed: {Reason}")]
    private partial void LogFailedClosed(string reason);

    [LoggerMessage(LogLevel.Warning, "webhook {Webhook}: the audit annotation {Key} is none, or is there already")]
    private partial void LogAnnotationDropped(string webhook, string key);
}
