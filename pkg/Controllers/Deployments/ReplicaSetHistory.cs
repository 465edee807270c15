using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>The ReplicaSets of a Deployment: the one of its present template, and the older ones.</summary>
internal sealed class ReplicaSetHistory
{
    private ReplicaSetHistory(V1ReplicaSet? newest, List<V1ReplicaSet> old)
    {
        Newest = newest;
        Old = old;
    }

    /// <summary>The set of the present template; null before it is created.</summary>
    public V1ReplicaSet? Newest { get; set; }

    /// <summary>All others, the oldest first.</summary>
    public List<V1ReplicaSet> Old { get; }

    /// <summary>The old sets that still ask for pods.</summary>
    public List<V1ReplicaSet> ActiveOld => [.. Old.Where(s => Replicas(s) > 0)];

    public List<V1ReplicaSet> All => Newest is null ? Old : [.. Old, Newest];

    public List<V1ReplicaSet> Active => [.. All.Where(s => Replicas(s) > 0)];

    public int TotalReplicas => All.Sum(Replicas);

    public static ReplicaSetHistory Of(V1Deployment deployment, IEnumerable<V1ReplicaSet> sets)
    {
        var byAge = sets.OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal).ToList();

        // Should there be two of one template, the older one is it: both controllers of an upgrade agree on that.
        var newest = byAge.Find(s => PodTemplateHash.SameTemplate(s.Spec?.Template, deployment.Spec?.Template));
        return new ReplicaSetHistory(newest, [.. byAge.Where(s => s != newest)]);
    }

    public static int Replicas(V1ReplicaSet set) => set.Spec?.Replicas ?? 1;

    /// <summary>Puts what the server returned in the place of what was sent.</summary>
    public void Replace(V1ReplicaSet before, V1ReplicaSet after)
    {
        if (before == Newest)
        {
            Newest = after;
            return;
        }

        var index = Old.IndexOf(before);
        if (index >= 0)
        {
            Old[index] = after;
        }
    }
}
