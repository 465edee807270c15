using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Queue;

/// <summary>A pod that waits to be scheduled, and what its earlier attempts came to.</summary>
internal sealed class QueuedPod(PodInfo pod, long sequence, DateTimeOffset now)
{
    public PodInfo Pod { get; set; } = pod;

    /// <summary>The order of arrival, where time does not tell.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>When the pod first came; the scheduling SLI counts from here.</summary>
    public DateTimeOffset ArrivedAt { get; } = now;

    /// <summary>When the pod was last put into its part of the queue.</summary>
    public DateTimeOffset QueuedAt { get; set; } = now;

    public int Attempts { get; set; }

    /// <summary>Refusals so far; they lengthen the back-off.</summary>
    public int Refusals { get; set; }

    /// <summary>Errors in a row: the API server did not take the binding. Such a pod waits its back-off out.</summary>
    public int Errors { get; set; }

    /// <summary>The plugins that turned it down last.</summary>
    public HashSet<string> Rejectors { get; } = new(StringComparer.Ordinal);

    public QueuePart Part { get; set; }

    /// <summary>When its back-off ends.</summary>
    public DateTimeOffset BackoffUntil { get; set; }
}

/// <summary>Where a pod waits; the names are the values of the metrics' label "queue".</summary>
internal enum QueuePart
{
    None,
    Active,
    Backoff,
    Unschedulable,
    Gated,
}
