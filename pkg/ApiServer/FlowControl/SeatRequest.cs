namespace Kube1.ApiServer.FlowControl;

/// <summary>How it came that a request was not let in: the reason label of upstream's metric.</summary>
internal enum SeatRefusal
{
    /// <summary>It was let in.</summary>
    None,

    /// <summary>All seats are taken and the level keeps nobody waiting.</summary>
    ConcurrencyLimit,

    /// <summary>Its queue is full.</summary>
    QueueFull,

    /// <summary>It has waited long enough.</summary>
    TimeOut,

    /// <summary>The client has gone.</summary>
    Cancelled,
}

/// <summary>A request that has seats, or waits for them.</summary>
internal sealed class SeatRequest(PriorityLevel level, FlowQueue? queue, string schema, int seats, long arrived) : IDisposable
{
    private SeatAllocator? _holder;

    public PriorityLevel Level { get; } = level;

    public FlowQueue? Queue { get; } = queue;

    public string Schema { get; } = schema;

    public int Seats { get; } = seats;

    /// <summary>When it came, and when it was let in: timestamps of the time provider.</summary>
    public long Arrived { get; } = arrived;

    public long Started { get; set; }

    /// <summary>Ends with the wait; null for who never waited.</summary>
    public TaskCompletionSource<SeatRefusal>? Admission { get; set; }

    public LinkedListNode<SeatRequest>? Place { get; set; }

    /// <summary>The seats are its own from now on.</summary>
    public void HeldBy(SeatAllocator holder) => _holder = holder;

    /// <summary>Gives the seats back; once is enough, more does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _holder, null)?.Release(this);
}
