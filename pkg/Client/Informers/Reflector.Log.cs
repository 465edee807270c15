using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

internal sealed partial class Reflector<T>
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind} informer: its revision is too old, listing again: {Reason}")]
    private partial void LogRelist(string kind, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind} informer: no streaming list, listing instead: {Reason}")]
    private partial void LogStreamingRefused(string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} informer: connection lost, trying again: {Reason}")]
    private partial void LogBroken(string kind, string reason);

    [LoggerMessage(Level = LogLevel.Trace, Message = "{Kind} informer: watch ended at revision {Revision}")]
    private partial void LogEnded(string kind, string? revision);
}
