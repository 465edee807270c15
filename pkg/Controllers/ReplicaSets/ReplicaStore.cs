using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;

namespace Kube1.Controllers.ReplicaSets;

/// <summary>
/// Where a <see cref="ReplicaController"/> finds its objects and writes their status: the seam that lets one engine run
/// ReplicaSets and ReplicationControllers, the latter shown as ReplicaSets.
/// </summary>
internal abstract class ReplicaStore
{
    /// <summary>The kind that owner references name.</summary>
    public abstract GroupVersionKind Kind { get; }

    public abstract V1ReplicaSet? Get(string ns, string name);

    public abstract IEnumerable<V1ReplicaSet> List(string ns);

    /// <summary>Straight from the server; null when it is gone.</summary>
    public abstract Task<V1ReplicaSet?> ReadAsync(string ns, string name, CancellationToken ct);

    /// <summary>Writes the status onto the object at the revision of <paramref name="set"/>.</summary>
    public abstract Task WriteStatusAsync(V1ReplicaSet set, V1ReplicaSetStatus status, CancellationToken ct);

    /// <summary>The selector of a set, ready for use on many labels.</summary>
    public abstract Func<IReadOnlyDictionary<string, string>?, bool> MatcherOf(V1ReplicaSet set);

    public bool Matches(V1ReplicaSet set, IReadOnlyDictionary<string, string>? labels) => MatcherOf(set)(labels);

    public abstract void AddHandler(Action<V1ReplicaSet> changed, Action<V1ReplicaSet> deleted);

    public abstract Task WaitForSyncAsync(CancellationToken ct);
}

/// <summary>ReplicaSets as they are.</summary>
internal sealed class ReplicaSetStore(KubeClient client, Informer<V1ReplicaSet> informer) : ReplicaStore
{
    public override GroupVersionKind Kind => V1ReplicaSet.GroupVersionKind;

    public override V1ReplicaSet? Get(string ns, string name) => informer.Get(ns, name);

    public override IEnumerable<V1ReplicaSet> List(string ns) => informer.List(ns);

    public override Task<V1ReplicaSet?> ReadAsync(string ns, string name, CancellationToken ct) =>
        client.Of<V1ReplicaSet>().GetAsync(ns, name, ct);

    public override async Task WriteStatusAsync(V1ReplicaSet set, V1ReplicaSetStatus status, CancellationToken ct)
    {
        var copy = KubeJson.Clone(set);
        copy.Status = status;
        await client.Of<V1ReplicaSet>().UpdateStatusAsync(copy, ct).ConfigureAwait(false);
    }

    // An empty selector would match everything; validation forbids it, and so must the controller.
    public override Func<IReadOnlyDictionary<string, string>?, bool> MatcherOf(V1ReplicaSet set)
    {
        var selector = LabelSelector.From(set.Spec?.Selector ?? new V1LabelSelector());
        return selector.IsEmpty ? static _ => false : selector.Matches;
    }

    public override void AddHandler(Action<V1ReplicaSet> changed, Action<V1ReplicaSet> deleted) =>
        informer.AddHandler(
            changed,
            (old, current) =>
            {
                if (old.Metadata.Uid != current.Metadata.Uid)
                {
                    deleted(old);
                }

                changed(current);
            },
            deleted);

    public override Task WaitForSyncAsync(CancellationToken ct) => informer.WaitForSyncAsync(ct);
}
