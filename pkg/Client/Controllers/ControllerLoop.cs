using Kube1.Api.Errors;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Controllers;

/// <summary>
/// The workers of a controller. A sync that throws is logged here, once, and tried again with growing delays; this is
/// the
/// only broad catch of a controller.
/// </summary>
public sealed partial class ControllerLoop<TKey>(
    string name,
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<SyncResult>> sync,
    int workers,
    TimeProvider time,
    ILogger logger)
    where TKey : notnull
{
    private readonly ILogger _logger = logger;

    /// <summary>Runs until cancelled, and returns once no worker is in a sync any more.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        LogStarted(name, workers);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(ct), CancellationToken.None)))
            .ConfigureAwait(false);
        queue.Stop();
        LogStopped(name);
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await queue.TakeAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await SyncAsync(key, ct).ConfigureAwait(false);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task SyncAsync(TKey key, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        try
        {
            var result = await sync(key, ct).ConfigureAwait(false);
            queue.Forget(key);
            if (result.After is { } delay)
            {
                queue.AddAfter(key, delay);
            }

            LogSynced(name, key, time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping: the next start reads everything again.
        }
        catch (ApiException e) when (e.Is(StatusReasons.Conflict))
        {
            // Someone else wrote meanwhile, and the informer will bring it: part of the protocol, not a failure to
            // report.
            LogConflict(name, key, e.Message);
            queue.AddRateLimited(key);
        }
#pragma warning disable CA1031 // The one broad catch of all controllers.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, name, key, queue.Failures(key) + 1);
            queue.AddRateLimited(key);
        }
    }
}
