using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Evictions;

internal sealed partial class EvictionMonitor
{
    [LoggerMessage(LogLevel.Warning, "{Signal} is {Available}, below {Threshold}: evicting pod {Namespace}/{Name}")]
    private partial void LogEvicting(string signal, string available, string threshold, string @namespace, string name);

    [LoggerMessage(LogLevel.Warning, "{Signal} is {Available}, below {Threshold}, and no pod can be evicted")]
    private partial void LogNothingToEvict(string signal, string available, string threshold);

    [LoggerMessage(LogLevel.Warning, "pod {Namespace}/{Name} is evicted: {Message}")]
    private partial void LogOverLimit(string @namespace, string name, string message);

    [LoggerMessage(LogLevel.Warning, "cannot look at what the node's pods use; trying again")]
    private partial void LogFailed(Exception e);
}
