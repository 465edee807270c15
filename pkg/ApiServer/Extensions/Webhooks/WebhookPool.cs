namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// The transports of the targets that were asked last. One that falls out is closed once nobody uses it any more.
/// </summary>
internal sealed class WebhookPool(Func<WebhookTarget, WebhookTransport> open) : IDisposable
{
    /// <summary>Upstream's bound on clients that are kept.</summary>
    public const int MaxTargets = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<WebhookTarget, LinkedListNode<Kept>> _kept = [];
    private readonly LinkedList<Kept> _byUse = new();

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>The transport of a target, for as long as the lease is held.</summary>
    public Lease Take(WebhookTarget target)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(target, out var node))
            {
                _byUse.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Kept>(new Kept(target, open(target)));
                _kept.Add(target, node);
            }

            _byUse.AddFirst(node);
            node.Value.Users++;
            if (_kept.Count > MaxTargets)
            {
                Drop(_byUse.Last!);
            }

            return new Lease(this, node.Value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            while (_byUse.Last is { } node)
            {
                Drop(node);
            }
        }
    }

    private void Drop(LinkedListNode<Kept> node)
    {
        _byUse.Remove(node);
        _kept.Remove(node.Value.Target);
        node.Value.IsDropped = true;
        CloseIfUnused(node.Value);
    }

    private void Return(Kept kept)
    {
        lock (_lock)
        {
            kept.Users--;
            CloseIfUnused(kept);
        }
    }

    private static void CloseIfUnused(Kept kept)
    {
        if (kept is { IsDropped: true, Users: 0 })
        {
            kept.Transport.Dispose();
        }
    }

    /// <summary>A transport with who uses it.</summary>
    internal sealed class Kept(WebhookTarget target, WebhookTransport transport)
    {
        public WebhookTarget Target { get; } = target;

        public WebhookTransport Transport { get; } = transport;

        public int Users { get; set; }

        public bool IsDropped { get; set; }
    }

    /// <summary>The right to use a transport; to be disposed once.</summary>
    internal readonly struct Lease(WebhookPool pool, Kept kept) : IDisposable
    {
        public WebhookTransport Transport => kept.Transport;

        /// <inheritdoc/>
        public void Dispose() => pool.Return(kept);
    }
}
