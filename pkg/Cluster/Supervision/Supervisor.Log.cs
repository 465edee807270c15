using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Supervision;

public sealed partial class Supervisor
{
    [LoggerMessage(LogLevel.Error, "{Role} failed; starting it again in {BackoffSeconds} s")]
    private partial void LogRestarting(string role, double backoffSeconds, Exception? exception);

    [LoggerMessage(LogLevel.Warning, "{Role} failed while stopping")]
    private partial void LogFailedWhileStopping(string role, Exception exception);
}
