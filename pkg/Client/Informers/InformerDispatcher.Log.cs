using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

internal sealed partial class InformerDispatcher<T>
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A handler of the {Kind} informer failed")]
    private partial void LogHandlerFailed(Exception exception, string kind);
}
