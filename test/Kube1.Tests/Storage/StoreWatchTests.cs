using Kube1.Storage;
using Kube1.Testing;

namespace Kube1.Tests.Storage;

public sealed class StoreWatchTests
{
    [Test]
    public async Task TryRead_AfterWrites_GivesEachEventOnceWithPreviousState()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision);

        WriteResult created = await fixture.CreateAsync("a", "1");
        WriteResult updated = await fixture.UpdateAsync("a", "2");
        WriteResult deleted = await fixture.DeleteAsync("a");
        List<StoreEvent> events = ReadAll(watch);

        Assert.Multiple(() =>
        {
            Assert.That(events.Select(e => e.Type), Is.EqualTo(
                new[] { StoreEventType.Created, StoreEventType.Modified, StoreEventType.Deleted }));
            Assert.That(events.Select(e => e.Revision), Is.EqualTo(
                new[] { created.Revision, updated.Revision, deleted.Revision }));
            Assert.That(events[0].Previous, Is.Null);
            Assert.That(events[1].Previous, Is.SameAs(created.Entry));
            Assert.That(events[2].Entry, Is.SameAs(updated.Entry), "the last state");
            Assert.That(watch.ProgressRevision, Is.EqualTo(deleted.Revision));
        });
    }

    [Test]
    public async Task ReleaseHistory_WatchesOpen_GoesWithTheLastOfThem()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        long start = fixture.Store.CurrentRevision;
        StoreWatch first = fixture.PodCollection.Watch("", start);
        StoreWatch second = fixture.PodCollection.Watch("", start);
        await fixture.CreateAsync("a", "1");
        WriteResult deleted = await fixture.DeleteAsync("a");

        fixture.PodCollection.ReleaseHistory();
        first.Dispose();
        first.Dispose();
        Assert.That(ReadAll(second), Has.Count.EqualTo(2), "who watches still sees all");
        Assert.That(fixture.PodCollection.OldestRevision, Is.LessThan(deleted.Revision));
        second.Dispose();

        using StoreWatch late = fixture.PodCollection.Watch("", start);
        using StoreWatch current = fixture.PodCollection.Watch("", deleted.Revision);
        Assert.That(fixture.PodCollection.OldestRevision, Is.EqualTo(deleted.Revision));
        Assert.That(late.TryRead(out _), Is.EqualTo(WatchReadResult.Gone));
        Assert.That(current.TryRead(out _), Is.EqualTo(WatchReadResult.Empty));
        await fixture.CreateAsync("b", "1");
        Assert.That(ReadAll(current).Single().Entry.Key, Is.EqualTo("b"));
    }

    [Test]
    public async Task ReleaseHistory_NobodyWatches_GoesAtOnceAndComesBack()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        for (int i = 0; i < 200; i++)
        {
            await fixture.CreateAsync($"k{i}", "1");
        }
        long before = fixture.Store.CurrentRevision;

        fixture.PodCollection.ReleaseHistory();
        Assert.That(fixture.PodCollection.OldestRevision, Is.EqualTo(before));
        fixture.PodCollection.KeepHistory();
        WriteResult created = await fixture.CreateAsync("a", "1");
        using (StoreWatch watch = fixture.PodCollection.Watch("", before))
        {
            Assert.That(ReadAll(watch).Single().Revision, Is.EqualTo(created.Revision));
        }

        Assert.That(fixture.PodCollection.OldestRevision, Is.EqualTo(before), "kept again");
        Assert.That(fixture.PodCollection.TryGetSnapshotAt(before, out CollectionSnapshot? snapshot), Is.True);
        Assert.That(snapshot!.Range("").Count(), Is.EqualTo(200));
    }

    [Test]
    public async Task Watch_FromListedRevision_NeitherMissesNorRepeats()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                await fixture.CreateAsync($"k{i:D6}", "x");
                await fixture.RenewAsync("other", $"{i}");
            }
        });

        for (int round = 0; round < 50; round++)
        {
            CollectionSnapshot listed = fixture.PodCollection.Snapshot;
            using StoreWatch watch = fixture.PodCollection.Watch("", listed.Revision);
            await fixture.Store.WaitForRevisionAsync(listed.Revision + 10, StoreFixture.Timeout);
            List<StoreEvent> events = ReadAll(watch);
            string[] seen = [.. listed.Range("").Select(e => e.Key), .. events.Select(e => e.Entry.Key)];
            Assert.That(seen, Is.EqualTo(Enumerable.Range(0, seen.Length).Select(i => $"k{i:D6}")));
        }
        await stop.CancelAsync();
        await writer;
    }

    [Test]
    public async Task TryRead_OtherPrefix_SeesProgressOnly()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("b/", fixture.Store.CurrentRevision);

        WriteResult other = await fixture.CreateAsync("a/1", "1");
        Assert.That(watch.TryRead(out _), Is.EqualTo(WatchReadResult.Empty));
        Assert.That(watch.ProgressRevision, Is.EqualTo(other.Revision));
        WriteResult lease = await fixture.RenewAsync("l", "1");
        Assert.That(watch.TryRead(out _), Is.EqualTo(WatchReadResult.Empty));
        Assert.That(watch.ProgressRevision, Is.EqualTo(lease.Revision), "progress is store-wide");
        await fixture.CreateAsync("b/1", "1");

        Assert.That(watch.TryRead(out StoreEvent? found), Is.EqualTo(WatchReadResult.Event));
        Assert.That(found!.Entry.Key, Is.EqualTo("b/1"));
    }

    [Test]
    public async Task WaitAsync_WithPrefix_WakesForMatchingEventsOnly()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("b/", fixture.Store.CurrentRevision);

        Task wait = watch.WaitAsync(StoreFixture.Timeout).AsTask();
        // Acknowledged before watches are woken; the second one proves that the first one's round is over.
        await fixture.CreateAsync("a/1", "1");
        await fixture.CreateAsync("a/2", "1");
        Assert.That(wait.IsCompleted, Is.False);
        await fixture.CreateAsync("b/1", "1");
        await wait;

        Assert.That(ReadAll(watch).Single().Entry.Key, Is.EqualTo("b/1"));
    }

    [Test]
    public async Task WaitAsync_Cancelled_ThrowsAndCanWaitAgain()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision);
        using var cancel = new CancellationTokenSource();

        Task first = watch.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        Task second = watch.WaitAsync(StoreFixture.Timeout).AsTask();
        await fixture.CreateAsync("a", "1");
        await second;

        Assert.That(ReadAll(watch), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Dispose_WhileWaiting_WakesTheReader()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision);

        Task wait = watch.WaitAsync(StoreFixture.Timeout).AsTask();
        watch.Dispose();
        await wait;

        Assert.That(() => watch.TryRead(out _), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task DisposeStore_WhileWaiting_WakesTheReader()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision);

        Task wait = watch.WaitAsync(StoreFixture.Timeout).AsTask();
        await fixture.CloseAsync();
        await wait;

        Assert.That(() => watch.TryRead(out _), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task TryRead_FellOutOfTheHistory_IsGone()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync(
            path => new StoreOptions { DirectoryPath = path, HistoryEvents = 64 });
        long start = fixture.Store.CurrentRevision;
        using StoreWatch slow = fixture.PodCollection.Watch("", start);
        await WriteManyAsync(fixture, 64);
        using StoreWatch justInTime = fixture.PodCollection.Watch("", start);
        await fixture.CreateAsync("last", "1");
        using StoreWatch tooLate = fixture.PodCollection.Watch("", start);

        Assert.Multiple(() =>
        {
            Assert.That(slow.TryRead(out _), Is.EqualTo(WatchReadResult.Gone));
            Assert.That(slow.TryRead(out _), Is.EqualTo(WatchReadResult.Gone), "final");
            Assert.That(justInTime.TryRead(out _), Is.EqualTo(WatchReadResult.Gone));
            Assert.That(tooLate.TryRead(out _), Is.EqualTo(WatchReadResult.Gone));
            Assert.That(ReadAll(fixture.PodCollection.Watch("", start + 1)), Has.Count.EqualTo(64));
        });
    }

    [Test]
    public async Task Watch_HistoryTooLargeOrOld_IsTrimmed()
    {
        var time = new ManualTime();
        await using StoreFixture fixture = await StoreFixture.StartAsync(path => new StoreOptions
        {
            DirectoryPath = path,
            HistorySizeBytes = 1000,
            Time = time,
        });
        StoreCollection pods = fixture.PodCollection;
        WriteResult first = await fixture.CreateAsync("a", new string('x', 600));
        WriteResult second = await fixture.UpdateAsync("a", new string('y', 600));
        Assert.That(pods.TryGetSnapshotAt(first.Revision, out _), Is.True);
        WriteResult third = await fixture.UpdateAsync("a", "z");
        Assert.That(pods.TryGetSnapshotAt(first.Revision, out _), Is.False, "1,200 superseded bytes");
        Assert.That(pods.TryGetSnapshotAt(second.Revision, out _), Is.True);

        time.Advance(StoreOptions.DefaultHistoryAge + TimeSpan.FromSeconds(1));
        WriteResult fourth = await fixture.UpdateAsync("a", "w");

        Assert.That(pods.TryGetSnapshotAt(second.Revision, out _), Is.False, "older than five minutes");
        Assert.That(pods.TryGetSnapshotAt(third.Revision, out _), Is.True);
        Assert.That(pods.TryGetSnapshotAt(fourth.Revision, out _), Is.True);
    }

    [Test]
    public async Task Watch_AfterFutureRevision_IsSilentUntilThen()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using StoreWatch watch = fixture.PodCollection.Watch("", fixture.Store.CurrentRevision + 2);

        await WriteManyAsync(fixture, 3);

        Assert.That(ReadAll(watch).Select(e => e.Entry.Key), Is.EqualTo(new[] { "k00002" }));
    }

    [Test]
    public async Task Watch_AfterCleanRestart_ResumesAtTheSavedRevisionOnly()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        await WriteManyAsync(fixture, 5);
        long seen = fixture.Store.CurrentRevision;
        await fixture.RestartAsync();

        using StoreWatch current = fixture.PodCollection.Watch("", seen);
        using StoreWatch older = fixture.PodCollection.Watch("", seen - 1);
        await fixture.CreateAsync("new", "1");

        Assert.That(ReadAll(current).Single().Entry.Key, Is.EqualTo("new"));
        Assert.That(older.TryRead(out _), Is.EqualTo(WatchReadResult.Gone));
    }

    [Test]
    public async Task TryGetSnapshotAt_EveryRevision_GivesTheStateOfThatTime()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        var random = new Random(7);
        StoreCollection pods = fixture.PodCollection;
        var states = new List<(long Revision, string[] State)>();
        for (int i = 0; i < 300; i++)
        {
            string key = $"k{random.Next(20)}";
            WriteKind kind = pods.Snapshot.Get(key) is null ? WriteKind.Create
                : random.Next(2) == 0 ? WriteKind.Update : WriteKind.Delete;
            await fixture.Store.WriteAsync(
                new WriteOperation(pods, key, kind, StoreFixture.Bytes($"{i}")), StoreFixture.Timeout);
            states.Add((pods.Snapshot.Revision, State(pods.Snapshot)));
        }

        Assert.Multiple(() =>
        {
            foreach ((long revision, string[] state) in states)
            {
                Assert.That(pods.TryGetSnapshotAt(revision, out CollectionSnapshot? snapshot), Is.True);
                Assert.That(snapshot!.Revision, Is.EqualTo(revision));
                Assert.That(State(snapshot), Is.EqualTo(state));
            }
            Assert.That(pods.TryGetSnapshotAt(states[^1].Revision + 1, out _), Is.False, "still to come");
            Assert.That(pods.TryGetSnapshotAt(0, out _), Is.False, "before the store was loaded");
        });

        static string[] State(CollectionSnapshot snapshot) =>
            [.. snapshot.Range("").Select(entry => $"{entry.Key}={StoreFixture.Text(entry)}@{entry.Revision}")];
    }

    [Test]
    public async Task Watch_ManyReadersAndWriters_EachSeesEveryMatchingEventOnceInOrder()
    {
        const int Readers = 40;
        const int Writes = 1_500;
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        StoreCollection leases = fixture.LeaseCollection;
        long start = fixture.Store.CurrentRevision;

        async Task<List<long>> FollowAsync(int reader)
        {
            using StoreWatch watch = leases.Watch($"{reader % 4}/", start);
            var revisions = new List<long>();
            for (int turn = 0; ; turn++)
            {
                WatchReadResult result = watch.TryRead(out StoreEvent? found);
                if (result == WatchReadResult.Event)
                {
                    Assert.That(found!.Entry.Key, Does.StartWith(watch.KeyPrefix));
                    revisions.Add(found.Revision);
                }
                else if (watch.ProgressRevision >= start + Writes + 4)
                {
                    return revisions;
                }
                else if (reader % 2 == 0 || turn % 2 == 0)
                {
                    await watch.WaitAsync(StoreFixture.Timeout);
                }
                else
                {
                    // Waits that are given up now and then: were it all of them, the readers would take all of a busy machine.
                    using var impatience = new CancellationTokenSource();
                    ValueTask wait = watch.WaitAsync(impatience.Token);
                    await Task.Yield();
                    await impatience.CancelAsync();
                    try
                    {
                        await wait;
                    }
                    catch (OperationCanceledException)
                    {
                        await Task.Yield();
                    }
                }
            }
        }
        Task<List<long>>[] readers =
            [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => FollowAsync(reader)))];
        List<long>[] written = [[], [], [], []];
        await Parallel.ForAsync(0, 4, async (writer, token) =>
        {
            // The last write of each prefix comes after all others, so that every waiting reader is woken by then.
            for (int i = 0; i < Writes / 4; i++)
            {
                WriteResult result = await fixture.Store.WriteAsync(
                    WriteOperation.Create(leases, $"{writer}/{i}", default), token);
                written[writer].Add(result.Revision);
            }
        });
        for (int writer = 0; writer < 4; writer++)
        {
            WriteResult last = await fixture.Store.WriteAsync(
                WriteOperation.Create(leases, $"{writer}/last", default), StoreFixture.Timeout);
            written[writer].Add(last.Revision);
        }
        // Even readers wait for an event of their own prefix: one more for each, which is not in the count.
        for (int writer = 0; writer < 4; writer++)
        {
            await fixture.Store.WriteAsync(
                WriteOperation.Delete(leases, $"{writer}/last"), StoreFixture.Timeout);
        }
        List<long>[] seen = await Task.WhenAll(readers);

        Assert.Multiple(() =>
        {
            for (int reader = 0; reader < Readers; reader++)
            {
                List<long> expected = written[reader % 4];
                Assert.That(seen[reader].Take(expected.Count), Is.EqualTo(expected));
            }
        });
    }

    private static async Task WriteManyAsync(StoreFixture fixture, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await fixture.CreateAsync($"k{i:D5}", "x");
        }
    }

    private static List<StoreEvent> ReadAll(StoreWatch watch)
    {
        var events = new List<StoreEvent>();
        WatchReadResult result;
        while ((result = watch.TryRead(out StoreEvent? found)) == WatchReadResult.Event)
        {
            events.Add(found!);
        }
        Assert.That(result, Is.EqualTo(WatchReadResult.Empty));
        return events;
    }
}
