using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ResourceQuotas;

internal sealed partial class CountedResources
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Quotas: cannot ask what the server serves; trying again")]
    private partial void LogDiscoveryFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Quotas: counting {Resource}")]
    private partial void LogCounting(string resource);
}
