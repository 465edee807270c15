using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Quotas;
using Kube1.Controllers.Discovery;

namespace Kube1.Controllers.ResourceQuotas;

/// <summary>
/// What the objects of one resource use, by namespace. Of the objects themselves nothing is kept but their uids: any
/// resource can be counted, custom ones too.
/// </summary>
internal sealed class ObjectUsage(QuotaEvaluator evaluator, Action<string> changed, TimeProvider time) : IResourceSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, IReadOnlyDictionary<string, ResourceQuantity>>> _namespaces =
        new(StringComparer.Ordinal);

    /// <summary>Who counts.</summary>
    public QuotaEvaluator Evaluator { get; } = evaluator;

    /// <summary>What the objects of a namespace use together.</summary>
    public Dictionary<string, ResourceQuantity> Of(string ns)
    {
        var sum = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        lock (_lock)
        {
            if (_namespaces.TryGetValue(ns, out var objects))
            {
                foreach (var usage in objects.Values)
                {
                    ResourceSums.AddTo(sum, usage);
                }
            }
        }

        return sum;
    }

    public void Set(JsonObject obj)
    {
        var (ns, uid) = KeyOf(obj);
        var usage = Evaluator.Usage(Evaluator.Decode(obj), time.GetUtcNow());
        lock (_lock)
        {
            if (!_namespaces.TryGetValue(ns, out var objects))
            {
                _namespaces[ns] = objects = new(StringComparer.Ordinal);
            }

            var isKnown = objects.TryGetValue(uid, out var before);
            objects[uid] = usage;

            // Whatever is new was charged when it was admitted.
            if (!isKnown || ResourceSums.AreEqual(before, usage))
            {
                return;
            }
        }

        changed(ns);
    }

    public void Remove(JsonObject obj)
    {
        var (ns, uid) = KeyOf(obj);
        lock (_lock)
        {
            if (_namespaces.TryGetValue(ns, out var objects) && objects.Remove(uid) && objects.Count == 0)
            {
                _namespaces.Remove(ns);
            }
        }

        changed(ns);
    }

    public void Restarted(HashSet<string> seen)
    {
        List<string> affected;
        lock (_lock)
        {
            affected = [.. _namespaces.Where(n => n.Value.Keys.Any(uid => !seen.Contains(uid))).Select(n => n.Key)];
            foreach (var ns in affected)
            {
                foreach (var uid in _namespaces[ns].Keys.Where(uid => !seen.Contains(uid)).ToList())
                {
                    _namespaces[ns].Remove(uid);
                }
            }
        }

        affected.ForEach(changed);
    }

    private static (string Namespace, string Uid) KeyOf(JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj);
        return (meta.Namespace, meta.Uid);
    }
}
