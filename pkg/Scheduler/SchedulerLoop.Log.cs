using Microsoft.Extensions.Logging;

namespace Kube1.Scheduler;

public sealed partial class SchedulerLoop
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The scheduler started with {Nodes} nodes and {Waiting} waiting pods")]
    private partial void LogStarted(int nodes, int waiting);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pod {Pod} goes to node {Node} (attempt {Attempt})")]
    private partial void LogPlaced(string pod, string node, int attempt);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pod {Pod} cannot be scheduled (attempt {Attempt}): {Reason}")]
    private partial void LogRefused(string pod, int attempt, string reason);
}
