namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>The end of an audit log: first nothing waits any more, and when its time is over what is not sent is lost.</summary>
internal sealed class AuditStop(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _begun = new();
    private readonly CancellationTokenSource _over = new();
    private ITimer? _timer;

    /// <summary>Cancelled when the server stops: pauses end, and what fails from now on is not tried again.</summary>
    public CancellationToken Begun => _begun.Token;

    /// <summary>Cancelled <see cref="ApiServerHost.StopTimeout"/> later: attempts end.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Begins the end.</summary>
    public async Task BeginAsync()
    {
        _timer = time.CreateTimer(
            static over => ((CancellationTokenSource)over!).Cancel(), _over, ApiServerHost.StopTimeout,
            Timeout.InfiniteTimeSpan);
        await _begun.CancelAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _begun.Dispose();
        _over.Dispose();
    }
}
