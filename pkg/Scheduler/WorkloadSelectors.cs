using Kube1.Api.Models;
using Kube1.Client.Informers;
using Kube1.Scheduler.Plugins;

namespace Kube1.Scheduler;

/// <summary>Reads the siblings of a pod from the Services that select it and the workload that owns it.</summary>
internal sealed class WorkloadSelectors(InformerSet informers) : IWorkloadSelectors
{
    private readonly Informer<V1Service> _services = informers.Of<V1Service>();
    private readonly Informer<V1ReplicaSet> _replicaSets = informers.Of<V1ReplicaSet>();
    private readonly Informer<V1StatefulSet> _statefulSets = informers.Of<V1StatefulSet>();
    private readonly Informer<V1ReplicationController> _controllers = informers.Of<V1ReplicationController>();

    public V1LabelSelector? SelectorOf(V1Pod pod)
    {
        var ns = pod.Metadata.Namespace ?? "";
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in _services.List(ns))
        {
            if (service.Spec?.Selector is { Count: > 0 } selector && Selects(selector, pod.Metadata.Labels))
            {
                Merge(labels, selector);
            }
        }

        var owner = pod.Metadata.OwnerReferences?.Find(o => o.Controller == true);
        var owned = owner switch
        {
            { Kind: "ReplicaSet", ApiVersion: "apps/v1" } => _replicaSets.Get(ns, owner.Name)?.Spec?.Selector,
            { Kind: "StatefulSet", ApiVersion: "apps/v1" } => _statefulSets.Get(ns, owner.Name)?.Spec?.Selector,
            { Kind: "ReplicationController", ApiVersion: "v1" } => new V1LabelSelector
            {
                MatchLabels = _controllers.Get(ns, owner.Name)?.Spec?.Selector,
            },
            _ => null,
        };
        Merge(labels, owned?.MatchLabels ?? []);
        return labels.Count == 0 && owned?.MatchExpressions is not { Count: > 0 }
            ? null
            : new V1LabelSelector { MatchLabels = labels, MatchExpressions = owned?.MatchExpressions };
    }

    private static bool Selects(Dictionary<string, string> selector, Dictionary<string, string>? labels)
    {
        foreach (var (key, value) in selector)
        {
            if (labels is null || !labels.TryGetValue(key, out var actual) || actual != value)
            {
                return false;
            }
        }

        return true;
    }

    private static void Merge(Dictionary<string, string> into, Dictionary<string, string> labels)
    {
        foreach (var (key, value) in labels)
        {
            into[key] = value;
        }
    }
}
