namespace Kube1.Controllers.NodeLifecycles;

/// <summary>How a zone does, from its nodes' Ready conditions.</summary>
internal enum ZoneState
{
    Normal,
    Partial,
    Full,
}

/// <summary>
/// How fast nodes of a zone may be given up. When many nodes of a zone look lost, the network is more likely to be at
/// fault than the nodes: then it goes slower, or not at all.
/// Source: https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
/// </summary>
internal sealed class ZonePacer(TimeProvider time)
{
    /// <summary>--unhealthy-zone-threshold</summary>
    private const double UnhealthyShare = 0.55;

    /// <summary>--large-cluster-size-threshold</summary>
    private const int LargeZone = 50;

    /// <summary>--node-eviction-rate 0.1 and --secondary-node-eviction-rate 0.01 a second.</summary>
    private static readonly TimeSpan NormalInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);

    public static ZoneState StateOf(int ready, int notReady)
    {
        if (ready == 0 && notReady > 0)
        {
            return ZoneState.Full;
        }

        return notReady > 2 && (double)notReady / (notReady + ready) >= UnhealthyShare
            ? ZoneState.Partial
            : ZoneState.Normal;
    }

    /// <summary>
    /// Null: go ahead, and the next node of the zone must wait. Otherwise how long to wait before asking again;
    /// infinite while the state of the zone does not allow it at all.
    /// </summary>
    public TimeSpan? Wait(string zone, ZoneState state, int nodes)
    {
        if (state == ZoneState.Partial && nodes <= LargeZone)
        {
            return Timeout.InfiniteTimeSpan;
        }

        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_next.TryGetValue(zone, out var next) && next > now)
            {
                return next - now;
            }

            _next[zone] = now + (state == ZoneState.Partial ? SlowInterval : NormalInterval);
            return null;
        }
    }
}
