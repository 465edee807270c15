using Microsoft.Extensions.Logging;

namespace Kube1.Client.Controllers;

public sealed partial class ControllerLoop<TKey>
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller} started with {Workers} workers")]
    private partial void LogStarted(string controller, int workers);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller} stopped")]
    private partial void LogStopped(string controller);

    [LoggerMessage(Level = LogLevel.Trace, Message = "{Controller} synced {Key} in {Milliseconds} ms")]
    private partial void LogSynced(string controller, TKey key, double milliseconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller}: {Key} had changed meanwhile, trying again: {Reason}")]
    private partial void LogConflict(string controller, TKey key, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Controller}: syncing {Key} failed (attempt {Attempt})")]
    private partial void LogFailed(Exception exception, string controller, TKey key, int attempt);
}
