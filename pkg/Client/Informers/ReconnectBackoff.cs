namespace Kube1.Client.Informers;

/// <summary>
/// The pause before an informer tries again: 200 ms, doubled with each failure in a row, at most 30 s, plus up to as
/// much
/// again at random, so that a restarted server does not meet all its clients in one instant. A connection that held for
/// two minutes starts over. (Upstream's reflector, with a shorter first step: a node's start-up waits for it.)
/// </summary>
internal sealed class ReconnectBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(2);

    private TimeSpan _next = First;
    private long _lastFailure;

    public TimeSpan Next()
    {
        if (_lastFailure != 0 && time.GetElapsedTime(_lastFailure) > ResetAfter)
        {
            _next = First;
        }

        _lastFailure = time.GetTimestamp();
        var pause = _next * (1 + Random.Shared.NextDouble());
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return pause;
    }
}
