using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Status;

internal sealed partial class PodStatusPublisher
{
    [LoggerMessage(LogLevel.Warning, "cannot send the status of pod {Namespace}/{Name}; trying again")]
    private partial void LogFailed(string @namespace, string name, Exception e);
}
