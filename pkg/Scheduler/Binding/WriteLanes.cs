using System.Threading.Channels;

namespace Kube1.Scheduler.Binding;

/// <summary>
/// Writes to the API server beside the loop: many at a time, but those about one pod one after the other, so that an
/// older condition never overwrites a newer one.
/// </summary>
internal sealed class WriteLanes
{
    /// <summary>Writes under way at once; the store commits concurrent ones together.</summary>
    private const int Lanes = 64;

    /// <summary>Writes that wait in a lane; when one is full the loop waits, as it cannot decide faster than can be written.</summary>
    private const int LaneCapacity = 256;

    private readonly Channel<Func<CancellationToken, Task>>[] _lanes =
        [.. Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<Func<CancellationToken, Task>>(LaneCapacity))];

    public ValueTask AddAsync(string podKey, Func<CancellationToken, Task> write, CancellationToken ct) =>
        _lanes[(uint)string.GetHashCode(podKey, StringComparison.Ordinal) % Lanes].Writer.WriteAsync(write, ct);

    /// <summary>Runs the writes until cancelled. A write handles its own failures.</summary>
    public Task RunAsync(CancellationToken ct) =>
        Task.WhenAll(_lanes.Select(lane => Task.Run(() => RunLaneAsync(lane.Reader, ct), CancellationToken.None)));

    private static async Task RunLaneAsync(ChannelReader<Func<CancellationToken, Task>> lane, CancellationToken ct)
    {
        try
        {
            await foreach (var write in lane.ReadAllAsync(ct).ConfigureAwait(false))
            {
                await write(ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping: what is not written is decided again by the next start.
        }
    }
}
