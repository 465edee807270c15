using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Queue;

/// <summary>
/// The pods that wait. Active ones are tried next, in order of priority. A pod that was refused waits in the
/// unschedulable part until a change of the cluster may help it, and then out its back-off. Gated pods wait for their
/// gates. The scheduling loop owns it.
/// </summary>
internal sealed class SchedulingQueue(PluginList plugins, SchedulerMetrics metrics, TimeProvider time)
{
    /// <summary>Upstream's podInitialBackoffSeconds and podMaxBackoffSeconds.</summary>
    private static readonly TimeSpan InitialBackoff = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);

    /// <summary>Upstream's pod-max-in-unschedulable-pods-duration: a safety net for a change that no hint foresaw.</summary>
    private static readonly TimeSpan MaxUnschedulable = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, QueuedPod> _all = new(StringComparer.Ordinal);
    private readonly SortedSet<QueuedPod> _active = new(new PrioritySort());
    private readonly SortedSet<QueuedPod> _backoff = new(new BackoffOrder());
    private readonly SortedSet<QueuedPod> _unschedulable = new(new WaitOrder());
    private readonly HashSet<QueuedPod> _gated = [];
    private long _sequence;

    public int Count => _all.Count;

    public int CountOf(QueuePart part) => part switch
    {
        QueuePart.Active => _active.Count,
        QueuePart.Backoff => _backoff.Count,
        QueuePart.Unschedulable => _unschedulable.Count,
        QueuePart.Gated => _gated.Count,
        _ => 0,
    };

    public QueuedPod? Find(string key) => _all.GetValueOrDefault(key);

    /// <summary>When the queue next has something to do by itself; null while only a change can move anything.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var backoff = _backoff.Min?.BackoffUntil;
            var flush = _unschedulable.Min?.QueuedAt + MaxUnschedulable;
            return backoff is null || flush < backoff ? flush : backoff;
        }
    }

    /// <summary>A pod that is new here.</summary>
    public QueuedPod Add(PodInfo pod)
    {
        var queued = new QueuedPod(pod, ++_sequence, time.GetUtcNow());
        _all[pod.Key] = queued;
        Enqueue(queued, "UnscheduledPodAdd");
        return queued;
    }

    /// <summary>A newer version of a pod that is here already.</summary>
    public void Update(PodInfo pod)
    {
        var queued = _all[pod.Key];
        var before = queued.Pod;
        if (queued.Part == QueuePart.Active)
        {
            // The priority is part of the order, so it may change only while the pod is in no part.
            _active.Remove(queued);
            queued.Pod = pod;
            _active.Add(queued);
            return;
        }

        queued.Pod = pod;
        var changes = PodChanges.Between(before, pod);
        if (changes == ClusterEventKinds.None)
        {
            return;
        }

        var change = new ClusterEvent(changes, "UnscheduledPodUpdate") { OldPod = before, NewPod = pod };
        if (queued.Part == QueuePart.Gated || (queued.Part == QueuePart.Unschedulable && MayHelp(queued, change)))
        {
            Enqueue(queued, change.Label);
        }
    }

    /// <summary>The pod is gone, or placed.</summary>
    public void Remove(string key)
    {
        if (_all.Remove(key, out var queued))
        {
            Leave(queued);
        }
    }

    /// <summary>The next pod to try. It belongs to the caller until it is handed back or removed.</summary>
    public QueuedPod? Pop()
    {
        var next = _active.Min;
        if (next is null)
        {
            // With nothing else to do there is no reason to let a pod sit out its back-off (KEP-5142); one that met an
            // error does wait, to spare whoever made the error.
            next = _backoff.FirstOrDefault(q => q.Errors == 0);
            if (next is null)
            {
                return null;
            }
        }

        Leave(next);
        next.Attempts++;
        return next;
    }

    /// <summary>Hands back a pod that had been given a node and did not get it.</summary>
    public void Return(QueuedPod queued, PodInfo latest)
    {
        queued.Pod = latest;
        _all[latest.Key] = queued;
        Failed(queued);
    }

    /// <summary>Hands back a pod that no node can take.</summary>
    public void Refused(QueuedPod queued, IEnumerable<string> rejectors)
    {
        if (!IsCurrent(queued))
        {
            return;
        }

        queued.Refusals++;
        queued.Errors = 0;
        queued.Rejectors.Clear();
        queued.Rejectors.UnionWith(rejectors);
        StartBackoff(queued, queued.Refusals);
        Enter(queued, queued.Rejectors.Count == 0 ? QueuePart.Backoff : QueuePart.Unschedulable);
        metrics.Incoming(queued.Part, "ScheduleAttemptFailure");
    }

    /// <summary>Hands back a pod whose attempt met an error: it waits out its back-off.</summary>
    public void Failed(QueuedPod queued)
    {
        if (!IsCurrent(queued))
        {
            return;
        }

        queued.Errors++;
        queued.Rejectors.Clear();
        StartBackoff(queued, queued.Errors);
        Enter(queued, QueuePart.Backoff);
        metrics.Incoming(QueuePart.Backoff, "ScheduleAttemptFailure");
    }

    /// <summary>Moves the pods that the change may help.</summary>
    public void Handle(in ClusterEvent change)
    {
        if (_unschedulable.Count == 0)
        {
            return;
        }

        List<QueuedPod>? helped = null;
        foreach (var queued in _unschedulable)
        {
            if (MayHelp(queued, change))
            {
                (helped ??= []).Add(queued);
            }
        }

        foreach (var queued in helped ?? [])
        {
            Enqueue(queued, change.Label);
        }
    }

    /// <summary>Moves what is due by now.</summary>
    public void Advance()
    {
        var now = time.GetUtcNow();
        while (_backoff.Min is { } due && due.BackoffUntil <= now)
        {
            Enter(due, QueuePart.Active);
            metrics.Incoming(QueuePart.Active, "BackoffComplete");
        }

        while (_unschedulable.Min is { } old && old.QueuedAt + MaxUnschedulable <= now)
        {
            Enqueue(old, "UnschedulableTimeout");
        }
    }

    private void Enqueue(QueuedPod queued, string why)
    {
        foreach (var plugin in plugins.PreEnqueue)
        {
            if (plugin.PreEnqueue(queued.Pod) is { } refusal)
            {
                queued.Rejectors.Clear();
                queued.Rejectors.Add(refusal.Plugin);
                Enter(queued, QueuePart.Gated);
                metrics.Incoming(QueuePart.Gated, why);
                return;
            }
        }

        var backingOff = queued.BackoffUntil > time.GetUtcNow();
        Enter(queued, backingOff ? QueuePart.Backoff : QueuePart.Active);
        metrics.Incoming(queued.Part, why);
    }

    private bool MayHelp(QueuedPod queued, in ClusterEvent change)
    {
        foreach (var plugin in plugins.All)
        {
            if ((plugin.Interests & change.Kinds) != 0 && queued.Rejectors.Contains(plugin.Name)
                && plugin.MayHelp(queued.Pod, change))
            {
                return true;
            }
        }

        return false;
    }

    // A pod that was deleted, or deleted and made again, while its attempt ran is no longer this one.
    private bool IsCurrent(QueuedPod queued) =>
        _all.TryGetValue(queued.Pod.Key, out var current) && ReferenceEquals(current, queued);

    private void StartBackoff(QueuedPod queued, int failures)
    {
        var factor = Math.Pow(2, Math.Min(failures - 1, 10));
        var backoff = TimeSpan.FromTicks((long)Math.Min(InitialBackoff.Ticks * factor, MaxBackoff.Ticks));
        queued.BackoffUntil = time.GetUtcNow() + backoff;
    }

    private void Enter(QueuedPod queued, QueuePart part)
    {
        Leave(queued);
        queued.QueuedAt = time.GetUtcNow();
        queued.Part = part;
        _ = part switch
        {
            QueuePart.Active => _active.Add(queued),
            QueuePart.Backoff => _backoff.Add(queued),
            QueuePart.Unschedulable => _unschedulable.Add(queued),
            _ => _gated.Add(queued),
        };
    }

    private void Leave(QueuedPod queued)
    {
        _ = queued.Part switch
        {
            QueuePart.Active => _active.Remove(queued),
            QueuePart.Backoff => _backoff.Remove(queued),
            QueuePart.Unschedulable => _unschedulable.Remove(queued),
            QueuePart.Gated => _gated.Remove(queued),
            _ => false,
        };
        queued.Part = QueuePart.None;
    }
}
