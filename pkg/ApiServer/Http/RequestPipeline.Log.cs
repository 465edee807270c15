using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Http;

internal sealed partial class RequestPipeline
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Path} failed")]
    private partial void LogFailed(Exception exception, string verb, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Verb} {Path}: the client went away")]
    private partial void LogAborted(Exception exception, string verb, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Path}: {Reason}")]
    private partial void LogStoreUnavailable(string verb, string path, string reason);
}
