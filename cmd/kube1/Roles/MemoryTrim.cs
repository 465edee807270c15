namespace Kube1.Cmd.Roles;

/// <summary>
/// Gives memory back to the machine after a burst of work. The collector runs when a program allocates; one that has
/// become quiet would keep what its last burst needed.
/// </summary>
internal sealed class MemoryTrim(TimeProvider time, Func<long> allocatedBytes, Action collect)
{
    /// <summary>How often to look: a collection must not hit the pause between two waves of work.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>A node without work allocates less than this in one period; collections of it cost nothing.</summary>
    internal const long QuietBytes = 16 << 20;

    /// <summary>Less than this since the last time is not worth a full collection.</summary>
    internal const long WorthwhileBytes = 128 << 20;

    private long _atLook;
    private long _atTrim;

    /// <summary>This process.</summary>
    public MemoryTrim(TimeProvider time)
        : this(
            time, static () => GC.GetTotalAllocatedBytes(),
            static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            Look();
        }
    }

    /// <summary>One look, a period after the last one.</summary>
    internal void Look()
    {
        var now = allocatedBytes();
        if (now - _atLook < QuietBytes && now - _atTrim >= WorthwhileBytes)
        {
            collect();
            _atTrim = now;
        }

        _atLook = now;
    }
}
