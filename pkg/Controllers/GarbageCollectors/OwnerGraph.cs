using Kube1.Api;

namespace Kube1.Controllers.GarbageCollectors;

/// <summary>
/// Who belongs to whom. It keeps only objects that have an owner or wait for their dependents: an owner itself is known by
/// the uid in its dependents' references, and whether it exists is asked once and then learned from its deletion.
/// </summary>
internal sealed class OwnerGraph
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GraphObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _dependents = new(StringComparer.Ordinal);

    /// <summary>Owners that have been seen to exist since their dependents came.</summary>
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    public GraphObject? Find(string uid)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(uid);
        }
    }

    public GraphObject[] DependentsOf(string uid)
    {
        lock (_lock)
        {
            return _dependents.TryGetValue(uid, out var dependents) ? [.. dependents.Select(d => _objects[d])] : [];
        }
    }

    public bool IsKnownPresent(string owner)
    {
        lock (_lock)
        {
            return _present.Contains(owner);
        }
    }

    public void MarkPresent(string owner)
    {
        lock (_lock)
        {
            if (_dependents.ContainsKey(owner))
            {
                _present.Add(owner);
            }
        }
    }

    /// <summary>Takes the object in, and returns the uids that are worth a look now.</summary>
    public List<string> Set(GraphObject obj)
    {
        lock (_lock)
        {
            var before = _objects.GetValueOrDefault(obj.Uid);
            if (before is null && !obj.IsWorthKeeping)
            {
                return [];
            }

            Unlink(before);
            if (!obj.IsWorthKeeping)
            {
                _objects.Remove(obj.Uid);
                return [];
            }

            _objects[obj.Uid] = obj;
            foreach (var owner in obj.Owners)
            {
                if (!_dependents.TryGetValue(owner.Uid, out var dependents))
                {
                    _dependents[owner.Uid] = dependents = new(StringComparer.Ordinal);
                }

                dependents.Add(obj.Uid);
            }

            return Affected(before, obj);
        }
    }

    /// <summary>Takes the object out, and returns the uids that are worth a look now.</summary>
    public List<string> Remove(string uid)
    {
        lock (_lock)
        {
            var affected = new List<string>();
            _present.Remove(uid);
            if (_dependents.TryGetValue(uid, out var dependents))
            {
                affected.AddRange(dependents);
            }

            if (_objects.Remove(uid, out var obj))
            {
                Unlink(obj);
                affected.AddRange(obj.Owners.Select(o => o.Uid).Where(IsWaiting));
            }

            return affected;
        }
    }

    /// <summary>
    /// A watch had to start anew: objects of the resource that are no longer there have gone unseen, and so have owners
    /// of its kind. Returns what is gone for sure and what must be looked at.
    /// </summary>
    public (List<string> Gone, List<string> Doubtful) Resynced(GroupVersionKind kind, HashSet<string> seen)
    {
        lock (_lock)
        {
            var gone = _objects.Values
                .Where(o => SameKind(o.Resource.Kind, kind.Group, kind.Kind) && !seen.Contains(o.Uid))
                .Select(o => o.Uid).ToList();
            var doubtful = _objects.Values
                .Where(o => o.Owners.Any(l => SameKind(kind, l.Group, l.Kind) && !seen.Contains(l.Uid)))
                .ToList();
            foreach (var owner in doubtful.SelectMany(o => o.Owners))
            {
                if (SameKind(kind, owner.Group, owner.Kind) && !seen.Contains(owner.Uid))
                {
                    _present.Remove(owner.Uid);
                }
            }

            return (gone, [.. doubtful.Select(o => o.Uid)]);
        }
    }

    private static bool SameKind(GroupVersionKind kind, string group, string name) =>
        kind.Group == group && kind.Kind == name;

    private bool IsWaiting(string uid) => _objects.TryGetValue(uid, out var owner) && owner.WaitsForDependents;

    private List<string> Affected(GraphObject? before, GraphObject now)
    {
        var affected = new List<string>();
        if (now.Owners.Length > 0 && (before is null || !before.Owners.SequenceEqual(now.Owners)))
        {
            affected.Add(now.Uid);

            // An owner that waits may have been waiting for just this reference to go.
            affected.AddRange(before?.Owners.Select(o => o.Uid).Where(IsWaiting) ?? []);
        }

        if ((now.WaitsForDependents && before?.WaitsForDependents != true)
            || (now.OrphansDependents && before?.OrphansDependents != true))
        {
            affected.Add(now.Uid);
        }

        return affected;
    }

    private void Unlink(GraphObject? obj)
    {
        foreach (var owner in obj?.Owners ?? [])
        {
            if (_dependents.TryGetValue(owner.Uid, out var dependents) && dependents.Remove(obj!.Uid)
                && dependents.Count == 0)
            {
                _dependents.Remove(owner.Uid);
                _present.Remove(owner.Uid);
            }
        }
    }
}
