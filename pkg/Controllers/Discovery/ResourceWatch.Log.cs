using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.Discovery;

internal sealed partial class ResourceWatch
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Watching {Resource} was interrupted")]
    private partial void LogInterrupted(Exception exception, string resource);
}
