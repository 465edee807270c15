using Microsoft.Extensions.Logging;

namespace Kube1.Runtimes.Cri.Containerd;

public sealed partial class ContainerdSupervisor
{
    [LoggerMessage(Level = LogLevel.Information, Message = "containerd (pid {Pid}) became ready in {Took}")]
    private partial void LogStarted(int pid, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Information, Message = "Adopted the running containerd (pid {Pid})")]
    private partial void LogAdopted(int pid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Replacing containerd (pid {Pid}): {Why}")]
    private partial void LogReplaced(int pid, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "containerd (pid {Pid}) ended: {LastWords}; starting it again in {Backoff}")]
    private partial void LogDied(int pid, string lastWords, TimeSpan backoff);

    [LoggerMessage(Level = LogLevel.Error, Message = "containerd could not be started again")]
    private partial void LogRestartFailed(Exception error);
}
