using Kube1.Api.Models;
using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Preemption;
using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler;

/// <summary>
/// What came of one attempt: a node, to which the pod is assumed to go; or the message why not, and perhaps whom to
/// evict where.
/// </summary>
internal sealed record Decision(QueuedPod Queued, string? Node, string Message, PreemptionOutcome? Preemption);

/// <summary>
/// The scheduler without its surroundings: changes of the cluster go in, decisions come out. It does no I/O and is not
/// thread-safe: one loop owns it.
/// </summary>
internal sealed class SchedulerCore
{
    private readonly PodPlacer _placer;
    private readonly DefaultPreemption _preemption;
    private readonly HashSet<string> _evicting = new(StringComparer.Ordinal);
    private readonly SchedulerMetrics _metrics;
    private readonly TimeProvider _time;

    public SchedulerCore(
        IWorkloadSelectors workloads, Func<IEnumerable<V1PodDisruptionBudget>> budgets, TimeProvider time, Random random)
    {
        _time = time;
        _metrics = new SchedulerMetrics();
        Plugins = PluginList.Default(workloads);
        Queue = new SchedulingQueue(Plugins, _metrics, time);
        _placer = new PodPlacer(Plugins, Nominated, random);
        _preemption = new DefaultPreemption(_placer, Nominated, budgets, random, time);
    }

    /// <summary>The pods with this spec.schedulerName are ours.</summary>
    public const string SchedulerName = "default-scheduler";

    public PluginList Plugins { get; }

    public ClusterState Cluster { get; } = new();

    public SchedulingQueue Queue { get; }

    public NominatedPods Nominated { get; } = new();

    public void ReportGauges() => _metrics.Report(Queue, Cluster);

    public void ApplyNamespace(string name, V1Namespace? ns)
    {
        var before = Cluster.NamespaceLabels(name);
        Cluster.SetNamespace(name, ns);
        if (before is not null && ns is not null && !PodChanges.SameLabels(before, ns.Metadata.Labels ?? []))
        {
            Queue.Handle(new ClusterEvent(ClusterEventKinds.NamespaceChanged, "NamespaceUpdate"));
        }
    }

    public void ApplyNode(string name, V1Node? node)
    {
        var before = Cluster.Node(name);
        var (labels, allocatable, oldNode) = (before?.Labels, before?.Allocatable, before?.Node);
        Cluster.SetNode(name, node);
        var now = Cluster.Node(name);
        if (now is null)
        {
            if (oldNode is not null)
            {
                Queue.Handle(new ClusterEvent(ClusterEventKinds.NodeDeleted, "NodeDelete"));
            }

            return;
        }

        if (oldNode is null)
        {
            Queue.Handle(new ClusterEvent(ClusterEventKinds.NodeAdded, "NodeAdd") { Node = now });
            return;
        }

        var kinds = ClusterEventKinds.None;
        kinds |= allocatable!.SameAs(now.Allocatable) ? 0 : ClusterEventKinds.NodeAllocatable;
        kinds |= PodChanges.SameLabels(labels!, now.Labels) ? 0 : ClusterEventKinds.NodeLabels;
        kinds |= SameTaints(oldNode, now.Node!) ? 0 : ClusterEventKinds.NodeTaints;
        if (kinds != ClusterEventKinds.None)
        {
            Queue.Handle(new ClusterEvent(kinds, "NodeUpdate") { Node = now, OldAllocatable = allocatable });
        }
    }

    /// <summary>The present state of a pod; null when there is none.</summary>
    public void ApplyPod(string key, V1Pod? pod)
    {
        if (pod?.Status?.Phase is "Succeeded" or "Failed")
        {
            pod = null;
        }

        var uid = pod?.Metadata.Uid ?? "";
        if (Cluster.Placed(key) is { } placed && (pod is null || placed.Uid != uid))
        {
            Cluster.Remove(key);
            Queue.Handle(new ClusterEvent(ClusterEventKinds.PodDeleted, "AssignedPodDelete") { OldPod = placed });
        }

        if (Queue.Find(key) is { } queued && (pod is null || queued.Pod.Uid != uid))
        {
            Unqueue(queued.Pod);
        }

        if (pod is null)
        {
            return;
        }

        if (pod.Spec?.NodeName is { Length: > 0 } node)
        {
            ApplyPlaced(new PodInfo(pod), node);
        }
        else if (!Cluster.IsAssumed(key, uid) && pod.Spec?.SchedulerName is null or "" or SchedulerName)
        {
            ApplyWaiting(new PodInfo(pod));
        }
    }

    /// <summary>Tries the next pod; null when none is ready to be tried.</summary>
    public Decision? Next()
    {
        Queue.Advance();
        if (Queue.Pop() is not { } queued)
        {
            return null;
        }

        var started = _time.GetTimestamp();
        var placement = _placer.Place(queued.Pod, Cluster);
        _metrics.Algorithm(_time.GetElapsedTime(started));
        if (placement.Node is { } node)
        {
            Queue.Remove(queued.Pod.Key);
            Nominated.Remove(queued.Pod.Uid);
            Cluster.Assume(queued.Pod, node.Name);
            return new Decision(queued, node.Name, "", null);
        }

        var preemption = TryPreempt(queued.Pod, placement);
        var rejectors = placement.Diagnosis.Rejectors;
        if (Cluster.Nodes.Length == 0)
        {
            // Any node at all may help.
            rejectors.UnionWith(Plugins.Filter.Select(p => p.Name));
        }

        Queue.Refused(queued, rejectors);
        _metrics.Attempt("unschedulable", _time.GetElapsedTime(started));
        return new Decision(queued, null, placement.Diagnosis.Message(), preemption);
    }

    /// <summary>The API server took the binding.</summary>
    public void Bound(QueuedPod queued, TimeSpan elapsed)
    {
        _metrics.Attempt("scheduled", elapsed);
        _metrics.Scheduled(queued.Attempts, _time.GetUtcNow() - queued.ArrivedAt);
    }

    /// <summary>The API server did not take the binding: the pod's place is free again, and it waits for another try.</summary>
    public void NotBound(QueuedPod queued, V1Pod? latest, TimeSpan elapsed)
    {
        _metrics.Attempt("error", elapsed);
        var key = queued.Pod.Key;
        if (!Cluster.IsAssumed(key, queued.Pod.Uid))
        {
            return;
        }

        Cluster.Remove(key);
        Queue.Handle(new ClusterEvent(ClusterEventKinds.PodDeleted, "AssignedPodDelete") { OldPod = queued.Pod });
        if (latest is not null && latest.Metadata.Uid == queued.Pod.Uid && latest.Metadata.DeletionTimestamp is null
            && string.IsNullOrEmpty(latest.Spec?.NodeName))
        {
            Queue.Return(queued, new PodInfo(latest));
        }
        else
        {
            ApplyPod(key, latest);
        }
    }

    /// <summary>The evictions for this pod have been asked for, or have failed.</summary>
    public void EvictionsDone(string uid) => _evicting.Remove(uid);

    private PreemptionOutcome? TryPreempt(PodInfo pod, Placement placement)
    {
        if (Cluster.Nodes.Length == 0)
        {
            return null;
        }

        if (_evicting.Contains(pod.Uid))
        {
            placement.Diagnosis.PostFilterMessage = "waiting for the preemption for this pod to be finished";
            return null;
        }

        var outcome = _preemption.Preempt(placement.Cycle, placement.Diagnosis);
        _metrics.Preemption(outcome.Victims.Count);
        if (outcome.Node is { } node)
        {
            Nominated.Set(pod, node);
            _evicting.Add(pod.Uid);
        }
        else
        {
            placement.Diagnosis.PostFilterMessage =
                $"{DynamicResources.PostFilterMessage}, preemption: {outcome.Message}";
            if (outcome.ClearNomination)
            {
                Nominated.Remove(pod.Uid);
            }
        }

        return outcome;
    }

    private void ApplyPlaced(PodInfo pod, string node)
    {
        if (Queue.Find(pod.Key) is { } queued)
        {
            Unqueue(queued.Pod);
        }

        var before = Cluster.IsAssumed(pod.Key, pod.Uid) ? null : Cluster.Placed(pod.Key);
        Cluster.Confirm(pod, node);
        var kinds = before is null ? ClusterEventKinds.PodAdded : PodChanges.Between(before, pod);
        if (before is { Terminating: false } && pod.Terminating)
        {
            // For spreading a pod that is going counts as gone.
            kinds |= ClusterEventKinds.PodLabels;
        }

        if (kinds != ClusterEventKinds.None)
        {
            var label = before is null ? "AssignedPodAdd" : "AssignedPodUpdate";
            Queue.Handle(new ClusterEvent(kinds, label) { OldPod = before, NewPod = pod });
        }
    }

    private void ApplyWaiting(PodInfo pod)
    {
        var queued = Queue.Find(pod.Key);
        if (pod.Terminating)
        {
            if (queued is not null)
            {
                Unqueue(queued.Pod);
            }
        }
        else if (queued is null)
        {
            if (pod.Pod.Status?.NominatedNodeName is { Length: > 0 } promised)
            {
                Nominated.Set(pod, promised);
            }

            Queue.Add(pod);
        }
        else
        {
            Queue.Update(pod);
        }
    }

    private void Unqueue(PodInfo pod)
    {
        Queue.Remove(pod.Key);
        if (Nominated.NodeOf(pod.Uid) is not null)
        {
            Nominated.Remove(pod.Uid);

            // The room that was made for it is free for others.
            Queue.Handle(new ClusterEvent(ClusterEventKinds.PodDeleted, "UnscheduledPodDelete") { OldPod = pod });
        }
    }

    private static bool SameTaints(V1Node x, V1Node y)
    {
        var (before, now) = (x.Spec?.Taints ?? [], y.Spec?.Taints ?? []);
        return x.Spec?.Unschedulable == y.Spec?.Unschedulable && before.Count == now.Count
            && before.Zip(now).All(p => p.First.Key == p.Second.Key && p.First.Value == p.Second.Value
                && p.First.Effect == p.Second.Effect);
    }
}
