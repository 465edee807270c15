namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>A token bucket for batches; one waits at a time.</summary>
internal sealed class BatchThrottle(float perSecond, int burst, TimeProvider time)
{
    /// <summary>A rate may be as low as one likes, but a timer cannot wait for ever.</summary>
    private const double MaxPauseSeconds = 24 * 3600;

    private double _tokens = burst;
    private long _since = time.GetTimestamp();

    /// <summary>Waits until a batch may go. At the server's stop all may.</summary>
    public async ValueTask WaitAsync(CancellationToken stopped)
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_since, now).TotalSeconds * perSecond));
        _since = now;
        _tokens--;
        if (_tokens >= 0)
        {
            return;
        }

        try
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(-_tokens / perSecond, MaxPauseSeconds)), time, stopped).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The server stops: what is left goes out at once.
        }
    }
}
