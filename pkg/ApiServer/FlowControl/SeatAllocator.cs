namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// The server's seats: who has them, who waits, whose turn it is. Levels lend what they do not use, at once and not every
/// ten seconds as upstream: a level has its guaranteed seats for itself, what it lends is common to all, and who is below
/// its nominal share is served first. One lock; nothing under it waits.
/// </summary>
internal sealed class SeatAllocator(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PriorityLevel> _levels = new(StringComparer.Ordinal);
    private int _lendable;
    private int _borrowed;
    private int _waiting;

    /// <summary>Takes over the limits of all levels; one that is gone lives on while somebody is in it.</summary>
    public void Configure(IReadOnlyList<LevelLimits> limits)
    {
        lock (_lock)
        {
            foreach (var one in limits)
            {
                if (_levels.TryGetValue(one.Name, out var level))
                {
                    level.Configure(one);
                }
                else
                {
                    _levels[one.Name] = new PriorityLevel(one);
                }
            }

            var kept = limits.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, level) in _levels.ToList())
            {
                if (!kept.Contains(name) && level is { InUse: 0, WaitingCount: 0 })
                {
                    _levels.Remove(name);
                }
            }

            _lendable = limits.Where(l => !l.IsExempt).Sum(l => l.Nominal - l.Guaranteed);
            _borrowed = _levels.Values.Sum(l => l.Borrowed);
            DispatchAll();
        }
    }

    /// <summary>The level of a name; it is there once it was configured.</summary>
    public PriorityLevel Level(string name)
    {
        lock (_lock)
        {
            return _levels[name];
        }
    }

    /// <summary>
    /// Asks for seats. The request has them (<see cref="SeatRefusal.None"/>), is refused, or waits: then its
    /// <see cref="SeatRequest.Admission"/> is set.
    /// </summary>
    public (SeatRequest Request, SeatRefusal Refusal) Ask(PriorityLevel level, string schema, ulong hash, int seats)
    {
        lock (_lock)
        {
            // Whoever found the level just before it was deleted must not wait where nobody looks any more.
            _levels.TryAdd(level.Limits.Name, level);
            var now = time.GetTimestamp();
            var request = new SeatRequest(level, level.Limits.IsExempt ? null : level.QueueFor(hash), schema, seats, now);
            if (level.WaitingCount == 0 && HasRoom(level, seats))
            {
                Begin(request, now);
                return (request, SeatRefusal.None);
            }

            if (request.Queue is null)
            {
                return (request, SeatRefusal.ConcurrencyLimit);
            }

            request.Admission = new TaskCompletionSource<SeatRefusal>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!level.TryEnqueue(request))
            {
                return (request, SeatRefusal.QueueFull);
            }

            _waiting++;
            FlowMetrics.Waiting(request, 1);
            return (request, SeatRefusal.None);
        }
    }

    /// <summary>The request waits no longer; nothing happens when it was let in just before.</summary>
    public void GiveUp(SeatRequest request, SeatRefusal reason)
    {
        lock (_lock)
        {
            if (request.Place is null)
            {
                return;
            }

            Leave(request);
            request.Admission!.SetResult(reason);

            // It may have been the wide one that the others waited behind.
            DispatchAll();
        }
    }

    /// <summary>Gives seats back and lets in whose turn it is.</summary>
    public void Release(SeatRequest request)
    {
        var level = request.Level;
        lock (_lock)
        {
            _borrowed -= level.Borrowed;
            var seconds = time.GetElapsedTime(request.Started).TotalSeconds;
            level.End(request, seconds);
            _borrowed += level.Borrowed;
            FlowMetrics.Ended(request, seconds);
            if (_waiting > 0)
            {
                DispatchAll();
            }
        }
    }

    private bool HasRoom(PriorityLevel level, int seats)
    {
        var limits = level.Limits;
        if (limits.IsExempt)
        {
            return true;
        }

        if (level.InUse + seats > limits.Max)
        {
            // Wider than the level: it runs alone.
            return level.InUse == 0;
        }

        var more = Math.Max(0, level.InUse + seats - limits.Guaranteed) - level.Borrowed;
        return more == 0 || _borrowed + more <= _lendable || level.InUse == 0;
    }

    private void DispatchAll()
    {
        while (_waiting > 0 && NextWithRoom() is { } next)
        {
            Leave(next);
            Begin(next, time.GetTimestamp());
            next.Admission!.SetResult(SeatRefusal.None);
        }
    }

    // Of the levels with room for their next request the one that has least of its nominal share.
    private SeatRequest? NextWithRoom()
    {
        SeatRequest? best = null;
        var leastUsed = double.MaxValue;
        foreach (var level in _levels.Values)
        {
            if (level.WaitingCount == 0)
            {
                continue;
            }

            var used = level.InUse / (double)Math.Max(1, level.Limits.Nominal);
            if (used < leastUsed && level.Next() is { } next && HasRoom(level, next.Seats))
            {
                (best, leastUsed) = (next, used);
            }
        }

        return best;
    }

    private void Leave(SeatRequest request)
    {
        request.Level.Dequeue(request);
        _waiting--;
        FlowMetrics.Waiting(request, -1);
    }

    private void Begin(SeatRequest request, long now)
    {
        var level = request.Level;
        _borrowed -= level.Borrowed;
        level.Begin(request);
        _borrowed += level.Borrowed;
        request.Started = now;
        request.HeldBy(this);
        FlowMetrics.Begun(request);
    }
}
