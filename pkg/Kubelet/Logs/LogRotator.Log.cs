using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Logs;

internal sealed partial class LogRotator
{
    [LoggerMessage(LogLevel.Warning, "cannot rotate the log {Path}")]
    private partial void LogFailed(string path, Exception e);
}
