using System.Diagnostics;

namespace Kube1.Benchmarks;

/// <summary>Durations, printed as percentiles.</summary>
internal sealed class Timings
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];

    /// <summary>The middle one, in milliseconds.</summary>
    public double Median => At(0.5);

    /// <summary>Adds the time since <paramref name="startTimestamp"/>.</summary>
    public void Add(long startTimestamp) => Add(Stopwatch.GetElapsedTime(startTimestamp));

    public void Add(TimeSpan duration) => AddMilliseconds(duration.TotalMilliseconds);

    public void AddMilliseconds(double milliseconds) => _milliseconds.Add(milliseconds);

    /// <summary>Adds another thread's durations.</summary>
    public void AddAll(Timings other)
    {
        lock (_lock)
        {
            _milliseconds.AddRange(other._milliseconds);
        }
    }

    /// <summary>The duration in milliseconds that this share of them (0 to 1) does not exceed.</summary>
    public double At(double share)
    {
        double[] sorted = [.. _milliseconds.Order()];
        return sorted[(int)Math.Ceiling((sorted.Length - 1) * share)];
    }

    public override string ToString() =>
        $"p50 {At(0.5):0.###} ms, p90 {At(0.9):0.###} ms, p99 {At(0.99):0.###} ms, max {At(1):0.###} ms";
}
