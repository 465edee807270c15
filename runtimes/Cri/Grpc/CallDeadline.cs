using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>
/// The caller's cancellation joined with a call's own time limit, and the translation of whatever then breaks into
/// the one error that is true.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;

    public CallDeadline(TimeSpan? limit, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _timer = limit is { } bound ? new CancellationTokenSource(bound, time) : null;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _linked.Token;

    public Exception Translate(Exception e)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException("the call was cancelled", e, _caller);
        }

        // Whatever shows after the deadline (a reset stream, a cancelled read) is the deadline's work.
        if (_timer is { IsCancellationRequested: true })
        {
            return new RuntimeException(RuntimeErrorCode.DeadlineExceeded, "context deadline exceeded", e);
        }

        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is RuntimeException known)
            {
                return known;
            }
        }

        return e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException
            ? new RuntimeException(
                RuntimeErrorCode.Unavailable, "the connection to the container runtime broke: " + Innermost(e), e)
            : e;
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer?.Dispose();
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        return e.Message;
    }
}
