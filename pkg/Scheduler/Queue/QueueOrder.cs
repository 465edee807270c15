namespace Kube1.Scheduler.Queue;

/// <summary>Upstream's PrioritySort: higher priority first, then who has waited longer.</summary>
internal sealed class PrioritySort : IComparer<QueuedPod>
{
    public int Compare(QueuedPod? x, QueuedPod? y)
    {
        var order = y!.Pod.Priority.CompareTo(x!.Pod.Priority);
        order = order != 0 ? order : x.QueuedAt.CompareTo(y.QueuedAt);
        return order != 0 ? order : x.Sequence.CompareTo(y.Sequence);
    }
}

/// <summary>Whose back-off ends first.</summary>
internal sealed class BackoffOrder : IComparer<QueuedPod>
{
    public int Compare(QueuedPod? x, QueuedPod? y)
    {
        var order = x!.BackoffUntil.CompareTo(y!.BackoffUntil);
        return order != 0 ? order : x.Sequence.CompareTo(y.Sequence);
    }
}

/// <summary>Who has been unschedulable longest.</summary>
internal sealed class WaitOrder : IComparer<QueuedPod>
{
    public int Compare(QueuedPod? x, QueuedPod? y)
    {
        var order = x!.QueuedAt.CompareTo(y!.QueuedAt);
        return order != 0 ? order : x.Sequence.CompareTo(y.Sequence);
    }
}
