using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.OpenApi;

internal sealed partial class RemoteDocuments
{
    [LoggerMessage(
        Level = LogLevel.Debug, Message = "the OpenAPI documents of the APIService {Name} could not be read: {Reason}")]
    private partial void LogUnread(string name, string reason);
}
