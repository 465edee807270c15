using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

internal sealed partial class PodWorker
{
    [LoggerMessage(LogLevel.Warning, "sync of pod {Namespace}/{Name} failed; trying again")]
    private partial void LogSyncFailed(string @namespace, string name, Exception e);

    [LoggerMessage(LogLevel.Information, "pod {Namespace}/{Name} ({Uid}) is unknown to the API: removing what is left of it")]
    private partial void LogOrphan(string @namespace, string name, string uid);
}
