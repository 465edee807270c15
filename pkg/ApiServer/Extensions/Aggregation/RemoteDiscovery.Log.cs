using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.Aggregation;

internal sealed partial class RemoteDiscovery
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "the resources of the APIService {Name} could not be read: {Reason}")]
    private partial void LogStale(string name, string reason);
}
