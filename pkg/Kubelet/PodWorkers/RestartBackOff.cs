namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// Exponential delays by key, forgotten after twice the maximum without a failure: container restarts and image pulls.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
/// </summary>
internal sealed class RestartBackOff(TimeSpan initial, TimeSpan max)
{
    private readonly Dictionary<string, (TimeSpan Delay, DateTimeOffset Updated)> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>How long to wait yet, when the last failure was at <paramref name="since"/>; zero when not at all.</summary>
    public TimeSpan Remaining(string key, DateTimeOffset since, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry) || since - entry.Updated > max * 2)
            {
                return TimeSpan.Zero;
            }

            var left = since + entry.Delay - now;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The delay in force for the key.</summary>
    public TimeSpan Delay(string key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var entry) ? entry.Delay : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Notes another failure: the next delay is twice the last. Whether the last one is forgotten is a matter of when it
    /// failed (<paramref name="since"/>), for the time that it then waited is no sign of health.
    /// </summary>
    public void Next(string key, DateTimeOffset since, DateTimeOffset now)
    {
        lock (_gate)
        {
            var delay = _entries.TryGetValue(key, out var entry) && since - entry.Updated <= max * 2
                ? TimeSpan.FromTicks(Math.Min(entry.Delay.Ticks * 2, max.Ticks))
                : initial;
            _entries[key] = (delay, now);
        }
    }

    /// <summary>Starts from the beginning.</summary>
    public void Reset(string key)
    {
        lock (_gate)
        {
            _entries.Remove(key);
        }
    }
}
