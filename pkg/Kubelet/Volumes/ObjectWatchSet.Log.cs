using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Volumes;

internal sealed partial class ObjectWatchSet<T>
{
    [LoggerMessage(LogLevel.Warning, "cannot watch {Namespace}/{Name}; trying again")]
    private partial void LogBroken(string @namespace, string name, Exception e);
}
