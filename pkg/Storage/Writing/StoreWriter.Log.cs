using Microsoft.Extensions.Logging;

namespace Kube1.Storage.Writing;

internal sealed partial class StoreWriter
{
    [LoggerMessage(LogLevel.Error, "Writes fail until this is mended: {Reason}")]
    private partial void LogCommitFailed(string reason);

    [LoggerMessage(LogLevel.Information, "Writes work again")]
    private partial void LogWritesResumed();

    [LoggerMessage(LogLevel.Critical, "A batch of writes failed unexpectedly")]
    private partial void LogBatchFailed(Exception exception);

    [LoggerMessage(LogLevel.Error, "{Count} relaxed writes of the last seconds could not be saved at the end: {Reason}")]
    private partial void LogSaveAtEndFailed(int count, string reason);
}
