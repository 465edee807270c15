using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Nodes;

internal sealed partial class NodeAgent
{
    [LoggerMessage(LogLevel.Warning, "cannot report node {Node}; trying again")]
    private partial void LogReportFailed(string node, Exception e);

    [LoggerMessage(LogLevel.Warning, "cannot renew the lease of node {Node}; trying again")]
    private partial void LogLeaseFailed(string node, Exception e);

    [LoggerMessage(LogLevel.Information, "node {Node} is {State}")]
    private partial void LogState(string node, string state);
}
