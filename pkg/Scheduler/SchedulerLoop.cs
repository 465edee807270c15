using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Scheduler.Binding;
using Kube1.Scheduler.Queue;
using Microsoft.Extensions.Logging;

namespace Kube1.Scheduler;

/// <summary>
/// The default scheduler: gives every pod without a node one. Informers only say which keys have changed; the loop reads
/// them, tries the pods that are ready, and hands the writes to lanes beside it. It sleeps until something changes or is due.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
/// </summary>
public sealed partial class SchedulerLoop
{
    private readonly SchedulerCore _core;
    private readonly ChangeInbox _inbox = new();
    private readonly WriteLanes _lanes = new();
    private readonly PodWriter _writer;
    private readonly EventRecorder _events;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1Node> _nodes;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly InformerSet _informers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>The user of the client needs the rights of system:kube-scheduler; the informers run elsewhere.</summary>
    public SchedulerLoop(KubeClient client, InformerSet informers, TimeProvider time, ILoggerFactory loggers)
    {
        _time = time;
        _informers = informers;
        _logger = loggers.CreateLogger<SchedulerLoop>();
        _events = new EventRecorder(client, SchedulerCore.SchedulerName, null, time, _logger);
        _writer = new PodWriter(client, _events, time, _logger);
        var budgets = informers.Of<V1PodDisruptionBudget>();
        _core = new SchedulerCore(new WorkloadSelectors(informers), budgets.List, time, new Random());
        _pods = informers.Of<V1Pod>();
        _nodes = informers.Of<V1Node>();
        _namespaces = informers.Of<V1Namespace>();
    }

    /// <summary>Schedules until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        // Whatever ends first ends the others: a scheduler that decides but cannot write would look alive.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var tasks = new List<Task> { _events.RunAsync(stop.Token), _lanes.RunAsync(stop.Token), LoopAsync(stop.Token) };
        try
        {
            await (await Task.WhenAny(tasks).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LoopAsync(CancellationToken ct)
    {
        using var pods = _pods.AddHandler(Changed, (_, pod) => Changed(pod), Changed);
        using var nodes = _nodes.AddHandler(Changed, (_, node) => Changed(node), Changed);
        using var namespaces = _namespaces.AddHandler(Changed, (_, ns) => Changed(ns), Changed);
        await _informers.WaitForSyncAsync(ct).ConfigureAwait(false);
        Seed();
        await ApplyChangesAsync(ct).ConfigureAwait(false);
        LogStarted(_core.Cluster.Nodes.Length, _core.Queue.Count);
        while (!ct.IsCancellationRequested)
        {
            await ApplyChangesAsync(ct).ConfigureAwait(false);
            if (_core.Next() is { } decision)
            {
                await CarryOutAsync(decision, ct).ConfigureAwait(false);
                continue;
            }

            _core.ReportGauges();
            await _inbox.WaitAsync(UntilDue(), _time, ct).ConfigureAwait(false);
        }
    }

    // Handlers run behind the caches: without this the first pods would be placed on the first nodes heard of.
    private void Seed()
    {
        foreach (var node in _nodes.List())
        {
            Changed(node);
        }

        foreach (var ns in _namespaces.List())
        {
            Changed(ns);
        }

        foreach (var pod in _pods.List())
        {
            Changed(pod);
        }
    }

    private void Changed(V1Pod pod) => _inbox.Pod(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");

    private void Changed(V1Node node) => _inbox.Node(node.Metadata.Name ?? "");

    private void Changed(V1Namespace ns) => _inbox.Namespace(ns.Metadata.Name ?? "");

    // Timers count in whole milliseconds: rounded down, the loop would wake just before the time and spin.
    private TimeSpan? UntilDue() => _core.Queue.NextDue is { } due
        ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((due - _time.GetUtcNow()).TotalMilliseconds)))
        : null;

    private async Task ApplyChangesAsync(CancellationToken ct)
    {
        if (_inbox.Take() is not { } batch)
        {
            return;
        }

        // Nodes come first, so that pods find the room that has just been made.
        foreach (var name in batch.Namespaces)
        {
            _core.ApplyNamespace(name, _namespaces.Get(null, name));
        }

        foreach (var name in batch.Nodes)
        {
            _core.ApplyNode(name, _nodes.Get(null, name));
        }

        foreach (var result in batch.Results)
        {
            result();
        }

        foreach (var (ns, name) in batch.Pods)
        {
            var key = ns + "/" + name;
            _core.ApplyPod(key, _pods.Get(ns, name));
            if (_core.Queue.Find(key) is { Part: QueuePart.Gated } gated
                && gated.Pod.Pod.Status?.Conditions?.Exists(c => c.Type == "PodScheduled") != true)
            {
                await _lanes.AddAsync(key, token => _writer.ReportGatedAsync(gated.Pod, token), ct).ConfigureAwait(false);
            }
        }
    }

    private ValueTask CarryOutAsync(Decision decision, CancellationToken ct)
    {
        var (queued, pod) = (decision.Queued, decision.Queued.Pod);
        if (decision.Node is { } node)
        {
            LogPlaced(pod.Key, node, queued.Attempts);
            return _lanes.AddAsync(pod.Key, token => BindAsync(queued, node, token), ct);
        }

        LogRefused(pod.Key, queued.Attempts, decision.Message);
        return _lanes.AddAsync(pod.Key, token => RefuseAsync(decision, token), ct);
    }

    private async Task BindAsync(QueuedPod queued, string node, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        var pod = queued.Pod;
        var bound = await _writer.BindAsync(pod, node, ct).ConfigureAwait(false);
        var elapsed = _time.GetElapsedTime(started);
        _inbox.Result(() =>
        {
            if (bound)
            {
                _core.Bound(queued, elapsed);
            }
            else
            {
                _core.NotBound(queued, _pods.Get(pod.Namespace, pod.Pod.Metadata.Name!), elapsed);
            }
        });
    }

    private async Task RefuseAsync(Decision decision, CancellationToken ct)
    {
        var pod = decision.Queued.Pod;
        var nominated = decision.Preemption switch
        {
            { Node: { } promised } => promised,
            { ClearNomination: true } => "",
            _ => null,
        };
        await _writer.ReportAsync(pod, "Unschedulable", decision.Message, nominated, ct).ConfigureAwait(false);
        if (decision.Preemption is { Node: not null } preemption)
        {
            await _writer.EvictAsync(pod, preemption, ct).ConfigureAwait(false);
            _inbox.Result(() => _core.EvictionsDone(pod.Uid));
        }
    }
}
