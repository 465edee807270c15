namespace Kube1.ApiServer.FlowControl;

/// <summary>A priority level at work: its queues and who has its seats. Guarded by the lock of <see cref="SeatAllocator"/>.</summary>
internal sealed class PriorityLevel
{
    /// <summary>What a request is taken to last until it has ended, in seconds; upstream's figure.</summary>
    private const double ExpectedSeconds = 0.003;

    private readonly List<FlowQueue> _queues = [];
    private double _clock;

    /// <summary>Makes a level without anybody in it.</summary>
    public PriorityLevel(LevelLimits limits)
    {
        Limits = limits;
        Configure(limits);
    }

    public LevelLimits Limits { get; private set; }

    /// <summary>The seats that its requests have.</summary>
    public int InUse { get; private set; }

    /// <summary>How many requests wait.</summary>
    public int WaitingCount { get; private set; }

    /// <summary>How much its guaranteed seats are exceeded: that much it has from what others lend.</summary>
    public int Borrowed => Limits.IsExempt ? 0 : Math.Max(0, InUse - Limits.Guaranteed);

    /// <summary>What counts when to retry.</summary>
    public RetryAdvice Advice { get; } = new();

    /// <summary>Takes over changed limits. Who waits goes on waiting; queues too many take nobody new.</summary>
    public void Configure(LevelLimits limits)
    {
        Limits = limits;
        while (_queues.Count < limits.Queues)
        {
            _queues.Add(new FlowQueue { Served = _clock });
        }

        if (_queues.Count > limits.Queues && WaitingCount == 0)
        {
            _queues.RemoveRange(limits.Queues, _queues.Count - limits.Queues);
        }
    }

    /// <summary>The shortest queue of the flow's hand; null when nobody waits here.</summary>
    public FlowQueue? QueueFor(ulong hash)
    {
        if (Limits.Queues == 0)
        {
            return null;
        }

        Span<int> hand = stackalloc int[Math.Min(Limits.HandSize, Math.Min(Limits.Queues, 64))];
        ShuffleShard.Deal(hash, Limits.Queues, hand);
        var best = _queues[hand[0]];
        foreach (var card in hand[1..])
        {
            var queue = _queues[card];
            if (queue.SeatsAsked + queue.SeatsInUse < best.SeatsAsked + best.SeatsInUse)
            {
                best = queue;
            }
        }

        return best;
    }

    /// <summary>Puts a request into its queue; false when that is full.</summary>
    public bool TryEnqueue(SeatRequest request)
    {
        var queue = request.Queue!;
        if (queue.Waiting.Count >= Limits.QueueLength)
        {
            return false;
        }

        WakeUp(queue);
        request.Place = queue.Waiting.AddLast(request);
        queue.SeatsAsked += request.Seats;
        WaitingCount++;
        return true;
    }

    /// <summary>The request whose turn it is: the first of the queue that had least so far; null when nobody waits.</summary>
    public SeatRequest? Next()
    {
        FlowQueue? next = null;
        foreach (var queue in _queues)
        {
            if (queue.Waiting.Count > 0 && (next is null || queue.Served < next.Served))
            {
                next = queue;
            }
        }

        return next?.Waiting.First!.Value;
    }

    /// <summary>Takes a request out of its queue.</summary>
    public void Dequeue(SeatRequest request)
    {
        request.Queue!.Waiting.Remove(request.Place!);
        request.Place = null;
        request.Queue.SeatsAsked -= request.Seats;
        WaitingCount--;
    }

    /// <summary>The request runs.</summary>
    public void Begin(SeatRequest request)
    {
        InUse += request.Seats;
        if (request.Queue is { } queue)
        {
            WakeUp(queue);
            _clock = Math.Max(_clock, queue.Served);
            queue.SeatsInUse += request.Seats;
            queue.Served += request.Seats * ExpectedSeconds;
        }
    }

    /// <summary>The request has ended; its queue is charged what it really took.</summary>
    public void End(SeatRequest request, double seconds)
    {
        InUse -= request.Seats;
        if (request.Queue is { } queue)
        {
            queue.SeatsInUse -= request.Seats;
            queue.Served += request.Seats * (seconds - ExpectedSeconds);
        }
    }

    // A queue that was idle has no claim on what it did not use.
    private void WakeUp(FlowQueue queue)
    {
        if (queue.IsIdle)
        {
            queue.Served = Math.Max(queue.Served, _clock);
        }
    }
}
