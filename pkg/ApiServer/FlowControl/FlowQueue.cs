namespace Kube1.ApiServer.FlowControl;

/// <summary>One queue of a priority level; guarded by the lock of <see cref="SeatAllocator"/>.</summary>
internal sealed class FlowQueue
{
    public LinkedList<SeatRequest> Waiting { get; } = new();

    /// <summary>The seats of its requests that run.</summary>
    public int SeatsInUse { get; set; }

    /// <summary>The seats that its waiting requests ask for.</summary>
    public int SeatsAsked { get; set; }

    /// <summary>
    /// What its requests have been given so far, in seat-seconds, on the level's common clock: the queue that had least
    /// is served next.
    /// </summary>
    public double Served { get; set; }

    public bool IsIdle => Waiting.Count == 0 && SeatsInUse == 0;
}
