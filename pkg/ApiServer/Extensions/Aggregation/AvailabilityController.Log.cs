using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.Aggregation;

internal sealed partial class AvailabilityController
{
    [LoggerMessage(Level = LogLevel.Information, Message = "APIService {Name}: available is {Status}, {Reason}: {Message}")]
    private partial void LogChanged(string name, string status, string reason, string message);
}
