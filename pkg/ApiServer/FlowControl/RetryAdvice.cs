namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// After how many seconds a refused client may try again: longer while many are refused, so that they do not all come back
/// at once (k8s.io/apiserver, dropped_requests_tracker.go).
/// </summary>
internal sealed class RetryAdvice
{
    private const int MaxSeconds = 32;

    /// <summary>So many refusals a second of advice mean that the advice is too short.</summary>
    private const int RefusalsPerSecond = 3;

    private readonly Lock _lock = new();
    private long _since;
    private long _refused;

    /// <summary>What to tell; at least 1.</summary>
    public int Seconds { get; private set; } = 1;

    /// <summary>Counts a refusal at this second.</summary>
    public void Refused(long second)
    {
        lock (_lock)
        {
            var passed = second - _since;
            if (passed >= Seconds)
            {
                if (_refused >= (long)RefusalsPerSecond * Seconds)
                {
                    Seconds = Math.Min(MaxSeconds, Seconds + 1);
                }
                else if (passed >= 2L * Seconds)
                {
                    Seconds = Math.Max(1, Seconds / 2);
                }

                (_since, _refused) = (second, 0);
            }

            _refused++;
        }
    }
}
