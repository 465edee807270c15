namespace Kube1.Controllers.ReplicaSets;

/// <summary>
/// Runs the same call many times in growing batches: 1, 2, 4, …. When all of them would fail alike (a quota, a bad
/// template), only the first few are made, and the API server is not flooded with requests nor the user with events.
/// </summary>
internal static class SlowStart
{
    private const int FirstBatch = 1;

    /// <summary>
    /// Stops after the first batch with a failure. Returns how many calls succeeded, and the first failure.
    /// </summary>
    public static async Task<(int Succeeded, Exception? Error)> RunAsync(int count, Func<Task> call)
    {
        var succeeded = 0;
        var remaining = count;
        for (var batch = Math.Min(remaining, FirstBatch); batch > 0; batch = Math.Min(2 * batch, remaining))
        {
            var errors = await Task.WhenAll(Enumerable.Range(0, batch).Select(_ => TryAsync(call))).ConfigureAwait(false);
            succeeded += errors.Count(e => e is null);
            if (errors.FirstOrDefault(e => e is not null) is { } error)
            {
                return (succeeded, error);
            }

            remaining -= batch;
        }

        return (succeeded, null);
    }

    private static async Task<Exception?> TryAsync(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Handed to the caller, which throws it once the status is written.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return e;
        }
    }
}
