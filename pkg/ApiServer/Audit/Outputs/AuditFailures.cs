using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Events that an output did not take: counted, and named in the server's own log.</summary>
internal sealed partial class AuditFailures(ILogger logger)
{
    /// <summary>A batch may have hundreds of events: the first tell what kind they are of.</summary>
    private const int MaxNamed = 20;

    /// <summary>Counts and logs the loss of events.</summary>
    public void Report(string plugin, string reason, params IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        AuditMetrics.CountErrors(plugin, events.Count);
        if (logger.IsEnabled(LogLevel.Error))
        {
            LogLost(plugin, events.Count, reason, string.Join('\n', events.Take(MaxNamed).Select(e => LegacyLine.Of(e.Span))));
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Error in audit plugin '{Plugin}' affecting {Count} audit events: {Reason}\nImpacted events:\n{Events}")]
    private partial void LogLost(string plugin, int count, string reason, string events);
}
