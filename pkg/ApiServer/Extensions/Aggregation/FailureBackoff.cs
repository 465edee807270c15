using System.Collections.Concurrent;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>How long to wait after failures in a row: twice as long each time.</summary>
internal sealed class FailureBackoff(TimeSpan first, TimeSpan longest)
{
    /// <summary>More doublings than reach from any shortest to any longest wait.</summary>
    private const int MaxDoublings = 30;

    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);

    /// <summary>How long to wait after one more failure.</summary>
    public TimeSpan Failed(string key)
    {
        var failures = _failures.AddOrUpdate(key, 1, static (_, before) => before + 1);
        var wait = first * Math.Pow(2, Math.Min(failures - 1, MaxDoublings));
        return wait < longest ? wait : longest;
    }

    /// <summary>The next failure is the first one again; true when there had been any.</summary>
    public bool Forget(string key) => _failures.TryRemove(key, out _);
}
