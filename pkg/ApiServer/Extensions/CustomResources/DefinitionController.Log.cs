using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.CustomResources;

internal sealed partial class DefinitionController
{
    [LoggerMessage(Level = LogLevel.Error, Message = "the status of the CustomResourceDefinition {Name} could not be kept")]
    private partial void LogFailed(Exception exception, string name);
}
