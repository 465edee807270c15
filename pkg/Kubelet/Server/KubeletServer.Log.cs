using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Server;

internal sealed partial class KubeletServer
{
    [LoggerMessage(LogLevel.Warning, "{Method} {Path} failed")]
    private partial void LogFailed(string method, string path, Exception e);
}
