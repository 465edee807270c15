using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

internal sealed partial class RuntimeEventPump
{
    [LoggerMessage(LogLevel.Warning, "the container runtime does not answer")]
    private partial void LogRuntimeSilent(Exception e);

    [LoggerMessage(LogLevel.Information, "the container runtime sends no events: listing every {Seconds} s instead")]
    private partial void LogNoEvents(double seconds);

    [LoggerMessage(LogLevel.Warning, "the container runtime's event stream broke; subscribing anew")]
    private partial void LogStreamBroken(Exception? e);
}
