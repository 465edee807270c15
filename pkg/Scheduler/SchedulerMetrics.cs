using System.Diagnostics.Metrics;
using Kube1.Scheduler.Queue;

namespace Kube1.Scheduler;

/// <summary>Upstream's metrics: https://kubernetes.io/docs/reference/instrumentation/metrics/ (scheduler_…).</summary>
internal sealed class SchedulerMetrics
{
    /// <summary>The name of the scheduler's meter.</summary>
    public const string MeterName = "Kube1.Scheduler";

    private const string Profile = "default-scheduler";

    private static readonly Meter Meter = new(MeterName);

    private readonly Counter<long> _attempts = Meter.CreateCounter<long>(
        "scheduler_schedule_attempts_total", null, "Number of attempts to schedule pods, by the result.");

    private readonly Histogram<double> _attemptSeconds = Meter.CreateHistogram<double>(
        "scheduler_scheduling_attempt_duration_seconds", "s", "Scheduling attempt latency (algorithm and binding).");

    private readonly Histogram<double> _algorithmSeconds = Meter.CreateHistogram<double>(
        "scheduler_scheduling_algorithm_duration_seconds", "s", "Scheduling algorithm latency.");

    private readonly Histogram<double> _sliSeconds = Meter.CreateHistogram<double>(
        "scheduler_pod_scheduling_sli_duration_seconds", "s", "Latency from a pod's arrival until it is scheduled.");

    private readonly Histogram<int> _podAttempts = Meter.CreateHistogram<int>(
        "scheduler_pod_scheduling_attempts", null, "Number of attempts to successfully schedule a pod.");

    private readonly Counter<long> _incomingPods = Meter.CreateCounter<long>(
        "scheduler_queue_incoming_pods_total", null, "Number of pods added to scheduling queues by event and queue.");

    private readonly Counter<long> _preemptions = Meter.CreateCounter<long>(
        "scheduler_preemption_attempts_total", null, "Total preemption attempts in the cluster.");

    private readonly Histogram<int> _victims = Meter.CreateHistogram<int>(
        "scheduler_preemption_victims", null, "Number of selected preemption victims.");

    private readonly UpDownCounter<long> _pending = Meter.CreateUpDownCounter<long>(
        "scheduler_pending_pods", null, "Number of pending pods, by the queue.");

    private readonly UpDownCounter<long> _cacheSize = Meter.CreateUpDownCounter<long>(
        "scheduler_cache_size", null, "Number of nodes, pods, and assumed pods in the scheduler cache.");

    private readonly Dictionary<string, long> _reported = [];

    public void Attempt(string result, TimeSpan elapsed)
    {
        var resultTag = new KeyValuePair<string, object?>("result", result);
        var profileTag = new KeyValuePair<string, object?>("profile", Profile);
        _attempts.Add(1, resultTag, profileTag);
        _attemptSeconds.Record(elapsed.TotalSeconds, resultTag, profileTag);
    }

    public void Algorithm(TimeSpan elapsed) => _algorithmSeconds.Record(elapsed.TotalSeconds);

    public void Scheduled(int attempts, TimeSpan sinceArrival)
    {
        _podAttempts.Record(attempts);
        _sliSeconds.Record(
            sinceArrival.TotalSeconds, new KeyValuePair<string, object?>("attempts", attempts >= 15 ? "15+" : $"{attempts}"));
    }

    public void Incoming(QueuePart part, string why) => _incomingPods.Add(
        1, new KeyValuePair<string, object?>("queue", Label(part)), new KeyValuePair<string, object?>("event", why));

    public void Preemption(int victims)
    {
        _preemptions.Add(1);
        if (victims > 0)
        {
            _victims.Record(victims);
        }
    }

    /// <summary>Brings the gauges to the present; called when the loop has nothing else to do.</summary>
    public void Report(SchedulingQueue queue, Snapshot.ClusterState cluster)
    {
        Set(_pending, "queue", "active", queue.CountOf(QueuePart.Active));
        Set(_pending, "queue", "backoff", queue.CountOf(QueuePart.Backoff));
        Set(_pending, "queue", "unschedulable", queue.CountOf(QueuePart.Unschedulable));
        Set(_pending, "queue", "gated", queue.CountOf(QueuePart.Gated));
        Set(_cacheSize, "type", "nodes", cluster.Nodes.Length);
        Set(_cacheSize, "type", "pods", cluster.PlacedPods);
        Set(_cacheSize, "type", "assumed_pods", cluster.AssumedPods);
    }

    private void Set(UpDownCounter<long> gauge, string tag, string value, long now)
    {
        var key = tag + "=" + value;
        var change = now - _reported.GetValueOrDefault(key);
        if (change != 0)
        {
            _reported[key] = now;
            gauge.Add(change, new KeyValuePair<string, object?>(tag, value));
        }
    }

    private static string Label(QueuePart part) => part switch
    {
        QueuePart.Active => "active",
        QueuePart.Backoff => "backoff",
        QueuePart.Unschedulable => "unschedulable",
        _ => "gated",
    };
}
