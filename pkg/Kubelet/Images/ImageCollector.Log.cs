using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Images;

internal sealed partial class ImageCollector
{
    [LoggerMessage(LogLevel.Information, "image {Image} is removed: {Bytes} bytes that nothing uses")]
    private partial void LogRemoved(string image, long bytes);

    [LoggerMessage(LogLevel.Warning, "cannot remove image {Image}")]
    private partial void LogRemoveFailed(string image, Exception e);

    [LoggerMessage(LogLevel.Warning, "cannot look for unused images; trying again")]
    private partial void LogFailed(Exception e);
}
