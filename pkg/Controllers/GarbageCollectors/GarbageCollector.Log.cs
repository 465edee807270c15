using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.GarbageCollectors;

internal sealed partial class GarbageCollector
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The garbage collector cannot ask what the server serves; trying again")]
    private partial void LogDiscoveryFailed(Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The garbage collector goes on without {Count} resources that are not told of")]
    private partial void LogUnsynced(int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The garbage collector watches {Count} resources")]
    private partial void LogWatching(int count);
}
