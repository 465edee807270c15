using Microsoft.Extensions.Logging;

namespace Kube1.Scheduler.Binding;

internal sealed partial class PodWriter
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Binding pod {Pod} to node {Node} failed; it will be tried again")]
    private partial void LogBindingFailed(Exception exception, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Writing the status of pod {Pod} failed")]
    private partial void LogStatusFailed(Exception exception, string pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Evicting pod {Victim} to make room for pod {Pod} failed")]
    private partial void LogEvictionFailed(Exception exception, string victim, string pod);
}
