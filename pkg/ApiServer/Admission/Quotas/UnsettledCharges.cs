namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>
/// Which namespaces have charges whose objects are not stored yet, or only just: who counts what there is does not see them,
/// however long the store takes, and must not give their share away again.
/// </summary>
internal sealed class UnsettledCharges(TimeProvider time)
{
    /// <summary>How far the cache of who counts may lag behind the store.</summary>
    private static readonly TimeSpan CacheLag = TimeSpan.FromMilliseconds(250);

    /// <summary>Namespaces that are remembered before those that have settled are looked for.</summary>
    private const int ManyNamespaces = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Charges> _namespaces = new(StringComparer.Ordinal);

    /// <summary>A charge is about to be made; it is disposed when its object is stored, or will not be.</summary>
    public IDisposable Begin(string ns)
    {
        lock (_lock)
        {
            if (!_namespaces.TryGetValue(ns, out var charges))
            {
                _namespaces[ns] = charges = new Charges();
            }

            charges.Open++;
        }

        return new Charge(this, ns);
    }

    /// <summary>Whether all that was charged in a namespace can be seen by who counts.</summary>
    public bool IsSettled(string ns)
    {
        lock (_lock)
        {
            return !_namespaces.TryGetValue(ns, out var charges) || HasSettled(charges);
        }
    }

    private void End(string ns)
    {
        lock (_lock)
        {
            var charges = _namespaces[ns];
            charges.Open--;
            charges.LastEnd = time.GetTimestamp();
            if (_namespaces.Count <= ManyNamespaces)
            {
                return;
            }

            foreach (var settled in _namespaces.Where(entry => HasSettled(entry.Value)).Select(entry => entry.Key).ToList())
            {
                _namespaces.Remove(settled);
            }
        }
    }

    private bool HasSettled(Charges charges) => charges.Open == 0 && time.GetElapsedTime(charges.LastEnd) >= CacheLag;

    private sealed class Charges
    {
        public int Open { get; set; }

        public long LastEnd { get; set; }
    }

    private sealed class Charge(UnsettledCharges owner, string ns) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                owner.End(ns);
            }
        }
    }
}
