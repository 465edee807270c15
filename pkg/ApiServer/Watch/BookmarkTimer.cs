namespace Kube1.ApiServer.Watch;

/// <summary>
/// Ends the waits of a watch when its next bookmark is due, and when the watch ends. Made anew only after a bookmark:
/// an event costs no timer.
/// </summary>
internal sealed class BookmarkTimer : IDisposable
{
    /// <summary>Upstream's bookmark frequency.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly CancellationToken _life;
    private CancellationTokenSource _due;
    private CancellationTokenSource _either;

    public BookmarkTimer(TimeProvider time, CancellationToken life)
    {
        _time = time;
        _life = life;
        _due = new CancellationTokenSource(Interval, time);
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
        _due = new CancellationTokenSource(Interval, _time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_life, _due.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _due.Dispose();
    }
}
