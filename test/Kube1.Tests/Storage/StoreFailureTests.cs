using Kube1.Storage;
using Kube1.Storage.Journals;
using Kube1.Testing;

namespace Kube1.Tests.Storage;

public sealed class StoreFailureTests
{
    private static readonly JournalException Full = new("The disk is full: free some.", leftNothing: true);
    private static readonly JournalException Broken = new("The disk is broken: replace it.", leftNothing: false);

    [Test]
    public async Task WriteAsync_CommitFails_NothingHappenedAndTheNextWriteWorks()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync();
        await using StoreFixture _ = fixture;
        await fixture.CreateAsync("a", "1");
        using StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision);

        journal.Fault = Full;
        Assert.That(
            async () => await fixture.UpdateAsync("a", "2"),
            Throws.TypeOf<StoreUnavailableException>().With.Message.EqualTo(Full.Message));
        Assert.That(StoreFixture.Text(fixture.PodCollection.Snapshot.Get("a")), Is.EqualTo("1"));
        Assert.That(watch.TryRead(out StoreEvent? _), Is.EqualTo(WatchReadResult.Empty));
        Assert.That(fixture.Store.WriteFailure, Is.Not.Null);
        journal.Fault = null;
        WriteResult next = await fixture.UpdateAsync("a", "3");

        Assert.That(next.Revision, Is.EqualTo(3), "the failed write left no trace of its revision");
        Assert.That(fixture.Store.WriteFailure, Is.Null);
        await fixture.RestartAsync();
        Assert.That(StoreFixture.Text(fixture.PodCollection.Snapshot.Get("a")), Is.EqualTo("3"));
    }

    [Test]
    public async Task WriteAsync_CommitMayComeToLight_ItsRevisionIsNotUsedAgain()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync();
        await using StoreFixture _ = fixture;
        await fixture.CreateAsync("a", "1");

        journal.Fault = Broken;
        Assert.That(
            async () => await fixture.UpdateAsync("a", "2"), Throws.TypeOf<StoreUnavailableException>());
        journal.Fault = null;
        WriteResult next = await fixture.UpdateAsync("a", "3");

        Assert.That(next.Revision, Is.EqualTo(4));
    }

    [Test]
    public async Task WriteAsync_MixedBatchFails_RelaxedWritesGoOnInMemory()
    {
        var time = new ManualTime();
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync(time);
        await using StoreFixture _ = fixture;
        await fixture.CreateAsync("a", "1");

        // Hold the writer in a commit, so that the next two share a batch.
        journal.Gate.Reset();
        Task<WriteResult> held = fixture.UpdateAsync("a", "2");
        Task<WriteResult> durable = fixture.UpdateAsync("a", "3");
        Task<WriteResult> relaxed = fixture.RenewAsync("node", "1");
        journal.Fault = Full;
        journal.Gate.Set();

        Assert.That(async () => await held, Throws.TypeOf<StoreUnavailableException>());
        Assert.That(async () => await durable, Throws.TypeOf<StoreUnavailableException>());
        Assert.That((await relaxed).IsCommitted, Is.True);
        Assert.That(StoreFixture.Text(fixture.LeaseCollection.Snapshot.Get("node")), Is.EqualTo("1"));

        // The save of the lease fails too, and is tried again.
        time.Advance(StoreOptions.DefaultRelaxedDelay);
        await fixture.RenewAsync("node", "2");
        journal.Fault = null;
        time.Advance(StoreOptions.DefaultRelaxedDelay);
        int commits = journal.Commits;
        await fixture.Store.FlushAsync(StoreFixture.Timeout);
        Assert.That(fixture.Store.WriteFailure, Is.Null);
        Assert.That(journal.Commits, Is.InRange(commits, commits + 1));
        await fixture.RestartAsync();
        Assert.That(StoreFixture.Text(fixture.LeaseCollection.Snapshot.Get("node")), Is.EqualTo("2"));
        Assert.That(StoreFixture.Text(fixture.PodCollection.Snapshot.Get("a")), Is.EqualTo("1"));
    }

    [Test]
    public async Task WriteAsync_ReservedRevisionsRunOutWhileDiskIsFull_RelaxedWritesFailToo()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync(revisionBlock: 10);
        await using StoreFixture _ = fixture;
        await fixture.CreateAsync("a", "1");
        journal.Fault = Full;

        int renewed = 0;
        Assert.That(
            async () =>
            {
                for (; renewed < 100; renewed++)
                {
                    await fixture.RenewAsync("node", $"{renewed}");
                }
            },
            Throws.TypeOf<StoreUnavailableException>());
        Assert.That(renewed, Is.InRange(5, 10));
        journal.Fault = null;
        WriteResult next = await fixture.RenewAsync("node", "after");

        Assert.That(next.IsCommitted, Is.True);
        Assert.That(next.Entry!.Revision, Is.GreaterThan(renewed));
    }

    [Test]
    public async Task WriteAsync_UnexpectedException_FailsTheBatchAndTheStoreLivesOn()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync();
        await using StoreFixture _ = fixture;

        journal.Fault = new InvalidOperationException("A defect.");
        Assert.That(
            async () => await fixture.CreateAsync("a", "1"),
            Throws.InvalidOperationException.With.Message.EqualTo("A defect."));
        journal.Fault = null;

        Assert.That((await fixture.CreateAsync("a", "1")).IsCommitted, Is.True);
    }

    [Test]
    public async Task WriteAsync_CancelledWhileQueued_DoesNotHappen()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync();
        await using StoreFixture _ = fixture;
        using var cancel = new CancellationTokenSource();

        journal.Gate.Reset();
        Task<WriteResult> held = fixture.CreateAsync("a", "1");
        Task<WriteResult> cancelled = fixture.Store.WriteAsync(
            WriteOperation.Create(fixture.PodCollection, "b", default), cancel.Token).AsTask();
        await cancel.CancelAsync();
        journal.Gate.Set();

        Assert.That((await held).IsCommitted, Is.True);
        // The writer may have taken it up together with the first one; then it did happen and says so.
        bool happened = true;
        try
        {
            await cancelled;
        }
        catch (OperationCanceledException)
        {
            happened = false;
        }
        Assert.That(fixture.PodCollection.Snapshot.Get("b") is not null, Is.EqualTo(happened));
    }

    [Test]
    public async Task WriteAsync_WhileACommitRuns_TheRestSharesTheNextOne()
    {
        (StoreFixture fixture, FaultyJournal journal) = await StartAsync();
        await using StoreFixture _ = fixture;

        journal.Gate.Reset();
        Task<WriteResult>[] writes =
            [.. Enumerable.Range(0, 100).Select(i => fixture.CreateAsync($"k{i}", "1"))];
        journal.Gate.Set();
        await Task.WhenAll(writes);

        Assert.That(journal.Commits, Is.LessThanOrEqualTo(2));
    }

    private static async Task<(StoreFixture, FaultyJournal)> StartAsync(
        ManualTime? time = null, int revisionBlock = 10_000)
    {
        FaultyJournal? journal = null;
        StoreFixture fixture = await StoreFixture.StartAsync(
            path => new StoreOptions
            {
                DirectoryPath = path,
                Time = time ?? TimeProvider.System,
                RevisionBlock = revisionBlock,
            },
            inner => journal = new FaultyJournal(inner));
        return (fixture, journal!);
    }
}
