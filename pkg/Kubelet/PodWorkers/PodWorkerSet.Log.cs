using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

internal sealed partial class PodWorkerSet
{
    [LoggerMessage(LogLevel.Error, "the worker of pod {Uid} ended unexpectedly; it is started anew")]
    private partial void LogWorkerFailed(string uid, Exception e);
}
