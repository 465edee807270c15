using Microsoft.Extensions.Logging;

namespace Kube1.Client.Events;

public sealed partial class EventRecorder
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Kind} {Name} dropped: too many are waiting")]
    private partial void LogQueueFull(string kind, string name, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Event {Reason} about {Name} was refused: {Why}")]
    private partial void LogRefused(string name, string reason, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Name} given up: {Why}")]
    private partial void LogGivenUp(string name, string reason, string why);
}
