namespace Kube1.ApiServer.Watch;

/// <summary>
/// Ends the waits of a watch when its next bookmark is due, and when the watch ends. Made anew only after a bookmark:
/// an event costs no timer.
/// </summary>
internal sealed class BookmarkTimer : IDisposable
{
    /// <summary>Upstream's bookmark frequency.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Upstream's: so long before a watch times out its client learns where the next one is to begin.</summary>
    private static readonly TimeSpan BeforeEnd = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly DateTimeOffset _last;
    private readonly CancellationToken _life;
    private CancellationTokenSource _due;
    private CancellationTokenSource _either;

    /// <param name="time">Time.</param>
    /// <param name="end">When the watch times out.</param>
    /// <param name="life">Cancelled when the watch ends.</param>
    public BookmarkTimer(TimeProvider time, DateTimeOffset end, CancellationToken life)
    {
        _time = time;
        _last = end - BeforeEnd;
        _life = life;
        _due = new CancellationTokenSource(Next(), time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(life, _due.Token);
    }

    /// <summary>Cancelled when a bookmark is due, or the watch has ended.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the client should have a bookmark now.</summary>
    public bool IsDue => _due.IsCancellationRequested;

    /// <summary>Begins the next interval.</summary>
    public void Renew()
    {
        Dispose();
        _due = new CancellationTokenSource(Next(), _time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_life, _due.Token);
    }

    private TimeSpan Next()
    {
        var left = _last - _time.GetUtcNow();
        return left > TimeSpan.Zero && left < Interval ? left : Interval;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _due.Dispose();
    }
}
