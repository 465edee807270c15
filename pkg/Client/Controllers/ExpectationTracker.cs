namespace Kube1.Client.Controllers;

/// <summary>
/// What a controller has asked for and not yet seen in its cache. Until the cache shows the created and deleted pods, a
/// sync would count too few or too many and create or delete again; so it waits. Expectations that are not met within
/// five minutes (upstream's ExpectationsTimeout) are void: a lost event must not stop a controller for ever.
/// </summary>
public sealed class ExpectationTracker(TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Expected> _expected = [];

    /// <summary>Whether the cache shows all that was asked for, or the wait has been long enough.</summary>
    public bool Satisfied(ObjectKey owner)
    {
        lock (_lock)
        {
            return !_expected.TryGetValue(owner, out var expected)
                || (expected.Creations <= 0 && expected.Deletions.Count == 0)
                || time.GetElapsedTime(expected.Since) > Timeout;
        }
    }

    /// <summary>So many creations are about to be asked for.</summary>
    public void ExpectCreations(ObjectKey owner, int count)
    {
        lock (_lock)
        {
            _expected[owner] = new Expected(time.GetTimestamp()) { Creations = count };
        }
    }

    /// <summary>The deletion of these objects (by uid) is about to be asked for.</summary>
    public void ExpectDeletions(ObjectKey owner, IEnumerable<string> uids)
    {
        lock (_lock)
        {
            _expected[owner] = new Expected(time.GetTimestamp()) { Deletions = [.. uids] };
        }
    }

    /// <summary>
    /// A creation was seen, or has failed or was never asked for: <paramref name="count"/> fewer to wait for.
    /// </summary>
    public void CreationObserved(ObjectKey owner, int count = 1)
    {
        lock (_lock)
        {
            if (_expected.TryGetValue(owner, out var expected))
            {
                expected.Creations -= count;
            }
        }
    }

    /// <summary>The deletion of this object was seen, or has failed. A uid counts only once.</summary>
    public void DeletionObserved(ObjectKey owner, string uid)
    {
        lock (_lock)
        {
            if (_expected.TryGetValue(owner, out var expected))
            {
                expected.Deletions.Remove(uid);
            }
        }
    }

    /// <summary>The owner is gone.</summary>
    public void Forget(ObjectKey owner)
    {
        lock (_lock)
        {
            _expected.Remove(owner);
        }
    }

    private sealed class Expected(long since)
    {
        public long Since { get; } = since;

        public int Creations { get; set; }

        public HashSet<string> Deletions { get; init; } = [];
    }
}
