using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Controllers.ReplicaSets;

namespace Kube1.Controllers.ReplicationControllers;

/// <summary>ReplicationControllers shown as ReplicaSets: the same thing with an older form of selector.</summary>
internal sealed class ReplicationControllerStore(KubeClient client, Informer<V1ReplicationController> informer) : ReplicaStore
{
    public override GroupVersionKind Kind => V1ReplicationController.GroupVersionKind;

    public override V1ReplicaSet? Get(string ns, string name) => informer.Get(ns, name) is { } rc ? Show(rc) : null;

    public override IEnumerable<V1ReplicaSet> List(string ns) => informer.List(ns).Select(Show);

    public override async Task<V1ReplicaSet?> ReadAsync(string ns, string name, CancellationToken ct) =>
        await client.Of<V1ReplicationController>().GetAsync(ns, name, ct).ConfigureAwait(false) is { } rc ? Show(rc) : null;

    public override async Task WriteStatusAsync(V1ReplicaSet set, V1ReplicaSetStatus status, CancellationToken ct)
    {
        var rc = new V1ReplicationController
        {
            Metadata = set.Metadata,
            Spec = new V1ReplicationControllerSpec
            {
                Replicas = set.Spec!.Replicas,
                MinReadySeconds = set.Spec.MinReadySeconds,
                Selector = set.Spec.Selector.MatchLabels,
                Template = set.Spec.Template,
            },
            Status = new V1ReplicationControllerStatus
            {
                Replicas = status.Replicas,
                FullyLabeledReplicas = status.FullyLabeledReplicas,
                ReadyReplicas = status.ReadyReplicas,
                AvailableReplicas = status.AvailableReplicas,
                ObservedGeneration = status.ObservedGeneration,
                Conditions = status.Conditions?.ConvertAll(c => new V1ReplicationControllerCondition
                {
                    Type = c.Type,
                    Status = c.Status,
                    Reason = c.Reason,
                    Message = c.Message,
                    LastTransitionTime = c.LastTransitionTime,
                }),
            },
        };
        await client.Of<V1ReplicationController>().UpdateStatusAsync(rc, ct).ConfigureAwait(false);
    }

    public override Func<IReadOnlyDictionary<string, string>?, bool> MatcherOf(V1ReplicaSet set)
    {
        var selector = set.Spec?.Selector.MatchLabels;
        return labels => selector is { Count: > 0 } && labels is not null
            && selector.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value);
    }

    public override void AddHandler(Action<V1ReplicaSet> changed, Action<V1ReplicaSet> deleted) =>
        informer.AddHandler(
            rc => changed(Show(rc)),
            (old, current) =>
            {
                if (old.Metadata.Uid != current.Metadata.Uid)
                {
                    deleted(Show(old));
                }

                changed(Show(current));
            },
            rc => deleted(Show(rc)));

    public override Task WaitForSyncAsync(CancellationToken ct) => informer.WaitForSyncAsync(ct);

    private static V1ReplicaSet Show(V1ReplicationController rc) => new()
    {
        ApiVersion = rc.ApiVersion,
        Kind = rc.Kind,
        Metadata = rc.Metadata,
        Spec = new V1ReplicaSetSpec
        {
            Replicas = rc.Spec?.Replicas,
            MinReadySeconds = rc.Spec?.MinReadySeconds,
            Selector = new V1LabelSelector { MatchLabels = rc.Spec?.Selector },
            Template = rc.Spec?.Template,
        },
        Status = new V1ReplicaSetStatus
        {
            Replicas = rc.Status?.Replicas ?? 0,
            FullyLabeledReplicas = rc.Status?.FullyLabeledReplicas,
            ReadyReplicas = rc.Status?.ReadyReplicas,
            AvailableReplicas = rc.Status?.AvailableReplicas,
            ObservedGeneration = rc.Status?.ObservedGeneration,
            Conditions = rc.Status?.Conditions?.ConvertAll(c => new V1ReplicaSetCondition
            {
                Type = c.Type,
                Status = c.Status,
                Reason = c.Reason,
                Message = c.Message,
                LastTransitionTime = c.LastTransitionTime,
            }),
        },
    };
}
