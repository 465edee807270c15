using Kube1.ApiServer.FlowControl;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer.FlowControl;

/// <summary>Who gets a seat, and who is next.</summary>
public sealed class SeatAllocatorTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Ask_SeatsTakenAndNoQueue_Refused()
    {
        var seats = Allocator(Level("a", nominal: 2));
        var level = seats.Level("a");

        var first = seats.Ask(level, "s", 0, 1);
        var second = seats.Ask(level, "s", 0, 1);
        var third = seats.Ask(level, "s", 0, 1);
        first.Request.Dispose();
        first.Request.Dispose();
        var fourth = seats.Ask(level, "s", 0, 1);
        var fifth = seats.Ask(level, "s", 0, 1);

        Assert.That(
            new[] { first, second, third, fourth, fifth }.Select(r => r.Refusal),
            Is.EqualTo(new[]
            {
                SeatRefusal.None, SeatRefusal.None, SeatRefusal.ConcurrencyLimit, SeatRefusal.None,
                SeatRefusal.ConcurrencyLimit,
            }),
            "a seat that is given back twice is one seat");
    }

    [Test]
    public void Release_FloodOfOneFlow_AnotherFlowIsNextButOne()
    {
        var seats = Allocator(Level("a", nominal: 1, queues: 64, hand: 1, length: 1000));
        var level = seats.Level("a");
        var running = seats.Ask(level, "s", 1, 1).Request;
        var flood = Enumerable.Range(0, 100).Select(_ => seats.Ask(level, "s", 1, 1).Request).ToList();
        var quiet = Enumerable.Range(0, 3).Select(_ => seats.Ask(level, "s", 2, 1).Request).ToList();
        var served = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            running.Dispose();
            running = flood.Concat(quiet).Single(r => r.Admission!.Task.IsCompleted && !served.Contains(NameOf(r)));
            served.Add(NameOf(running));
        }

        Assert.That(served.Take(4).Count(s => s.StartsWith("quiet", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(2));
        Assert.That(served.Where(s => s.StartsWith("quiet", StringComparison.Ordinal)), Is.EqualTo(new[] { "quiet 0", "quiet 1", "quiet 2" }));

        string NameOf(SeatRequest r) => quiet.Contains(r) ? $"quiet {quiet.IndexOf(r)}" : $"flood {flood.IndexOf(r)}";
    }

    [Test]
    public void Ask_QueueFull_Refused()
    {
        var seats = Allocator(Level("a", nominal: 1, queues: 1, hand: 1, length: 2));
        var level = seats.Level("a");
        var asked = Enumerable.Range(0, 4).Select(_ => seats.Ask(level, "s", 0, 1)).ToList();

        Assert.That(asked.Select(a => a.Refusal), Is.EqualTo(new[]
        {
            SeatRefusal.None, SeatRefusal.None, SeatRefusal.None, SeatRefusal.QueueFull,
        }));
        Assert.That(asked[1].Request.Admission!.Task.IsCompleted, Is.False);
    }

    [Test]
    public async Task GiveUp_WideRequestInFront_OthersGoOn()
    {
        var seats = Allocator(Level("a", nominal: 4, queues: 1, hand: 1, length: 10));
        var level = seats.Level("a");
        _ = seats.Ask(level, "s", 0, 2);
        var wide = seats.Ask(level, "s", 0, 4).Request;
        var narrow = seats.Ask(level, "s", 0, 1).Request;
        var before = narrow.Admission!.Task.IsCompleted;

        seats.GiveUp(wide, SeatRefusal.TimeOut);

        Assert.That(before, Is.False, "nobody overtakes a wide request of the same level");
        Assert.That(await wide.Admission!.Task, Is.EqualTo(SeatRefusal.TimeOut));
        Assert.That(await narrow.Admission!.Task, Is.EqualTo(SeatRefusal.None));
    }

    [Test]
    public void Ask_IdleNeighbour_LendsWhatIsLendable()
    {
        var seats = Allocator(Level("a", nominal: 2), Level("b", nominal: 10, guaranteed: 7));
        var (a, b) = (seats.Level("a"), seats.Level("b"));

        var taken = Enumerable.Range(0, 10).Count(_ => seats.Ask(a, "s", 0, 1).Refusal == SeatRefusal.None);
        var kept = Enumerable.Range(0, 20).Count(_ => seats.Ask(b, "s", 0, 1).Refusal == SeatRefusal.None);

        Assert.That(taken, Is.EqualTo(5), "its own two and three that the neighbour lends");
        Assert.That(kept, Is.EqualTo(7), "what it keeps for itself");
    }

    [Test]
    public void Ask_BorrowingLimit_IsKept()
    {
        var seats = Allocator(Level("a", nominal: 2, max: 3), Level("b", nominal: 10, guaranteed: 0));

        var taken = Enumerable.Range(0, 10).Count(_ => seats.Ask(seats.Level("a"), "s", 0, 1).Refusal == SeatRefusal.None);

        Assert.That(taken, Is.EqualTo(3));
    }

    [Test]
    public async Task Release_BorrowerAndLenderWait_LenderIsFirst()
    {
        var seats = Allocator(
            Level("a", nominal: 1, queues: 1, hand: 1, length: 9), Level("b", nominal: 2, guaranteed: 1, queues: 1, hand: 1, length: 9));
        var (a, b) = (seats.Level("a"), seats.Level("b"));
        var own = seats.Ask(a, "s", 0, 1).Request;
        var borrowed = seats.Ask(a, "s", 0, 1).Request;
        _ = seats.Ask(b, "s", 0, 1);
        var more = seats.Ask(a, "s", 0, 1).Request;
        var back = seats.Ask(b, "s", 0, 1).Request;

        borrowed.Dispose();

        Assert.That(await back.Admission!.Task, Is.EqualTo(SeatRefusal.None));
        Assert.That(more.Admission!.Task.IsCompleted, Is.False);
        own.Dispose();
        Assert.That(await more.Admission!.Task, Is.EqualTo(SeatRefusal.None));
    }

    [Test]
    public async Task Configure_LevelGone_WhoWaitsIsStillServed()
    {
        var seats = Allocator(Level("a", nominal: 1, queues: 1, hand: 1, length: 9), Level("b", nominal: 1));
        var level = seats.Level("a");
        var running = seats.Ask(level, "s", 0, 1).Request;
        var waiting = seats.Ask(level, "s", 0, 1).Request;

        seats.Configure([Level("b", nominal: 1)]);
        running.Dispose();

        Assert.That(await waiting.Admission!.Task, Is.EqualTo(SeatRefusal.None));
    }

    [Test]
    public void Deal_AnyHash_DifferentQueuesInRange([Range(0, 40)] int seed)
    {
        var random = new Random(seed);
        var queues = random.Next(1, 129);
        var hand = new int[random.Next(1, Math.Min(queues, 12) + 1)];

        ShuffleShard.Deal((ulong)random.NextInt64(), queues, hand);

        Assert.That(hand, Is.Unique);
        Assert.That(hand, Has.All.InRange(0, queues - 1));
    }

    [Test]
    public void Ask_LevelDeletedJustBefore_WaitsItsTurnAllTheSame()
    {
        var seats = Allocator(Level("a", nominal: 1, queues: 1, hand: 1, length: 10));
        var level = seats.Level("a");
        seats.Configure([]);

        var running = seats.Ask(level, "s", 1, 1).Request;
        var waiting = seats.Ask(level, "s", 1, 1).Request;
        running.Dispose();

        Assert.That(waiting.Admission!.Task.IsCompletedSuccessfully, Is.True);
    }

    private SeatAllocator Allocator(params LevelLimits[] levels)
    {
        var seats = new SeatAllocator(_time);
        seats.Configure(levels);
        return seats;
    }

    private static LevelLimits Level(
        string name, int nominal, int? guaranteed = null, int? max = null, int queues = 0, int hand = 1, int length = 0) =>
        new(name, name, false, nominal, guaranteed ?? nominal, max ?? 100, queues, hand, length);
}
