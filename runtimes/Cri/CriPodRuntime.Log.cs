using Microsoft.Extensions.Logging;

namespace Kube1.Runtimes.Cri;

public sealed partial class CriPodRuntime
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Imported {Count} image name(s): {Names}")]
    private partial void LogImported(int count, string names);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No usage of sandbox {Id}: {Message}")]
    private partial void LogNoStats(string id, string message);
}
