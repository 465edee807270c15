using Kube1.Api.Models;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>
/// When each node last gave a sign of life, by our own clock: a lease renewal or a new status. The clocks of the nodes
/// may be wrong, so that only the fact of a change counts.
/// </summary>
internal sealed class NodeHeartbeats(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Signs> _signs = new(StringComparer.Ordinal);

    private sealed class Signs
    {
        public DateTimeOffset At;
        public DateTimeOffset? Lease;
        public DateTimeOffset? Status;
    }

    public void Observe(V1Lease lease)
    {
        lock (_lock)
        {
            var signs = Of(lease.Metadata.Name!);
            if (lease.Spec?.RenewTime is { } renewed && renewed != signs.Lease)
            {
                signs.Lease = renewed;
                signs.At = time.GetUtcNow();
            }
        }
    }

    public void Observe(V1Node node)
    {
        lock (_lock)
        {
            var signs = Of(node.Metadata.Name!);
            var heartbeat = node.Status?.Conditions?.Find(c => c.Type == "Ready")?.LastHeartbeatTime;
            if (heartbeat is not null && heartbeat != signs.Status)
            {
                signs.Status = heartbeat;
                signs.At = time.GetUtcNow();
            }
        }
    }

    public DateTimeOffset LastOf(string node)
    {
        lock (_lock)
        {
            return Of(node).At;
        }
    }

    public void Forget(string node)
    {
        lock (_lock)
        {
            _signs.Remove(node);
        }
    }

    private Signs Of(string node)
    {
        if (!_signs.TryGetValue(node, out var signs))
        {
            _signs[node] = signs = new Signs { At = time.GetUtcNow() };
        }

        return signs;
    }
}
