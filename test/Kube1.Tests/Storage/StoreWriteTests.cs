using Kube1.Storage;

namespace Kube1.Tests.Storage;

public sealed class StoreWriteTests
{
    [Test]
    public async Task WriteAsync_CreateUpdateDelete_ConsumesARevisionEach()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        long start = fixture.Store.CurrentRevision;

        WriteResult created = await fixture.CreateAsync("default/a", "1");
        WriteResult updated = await fixture.UpdateAsync("default/a", "2");
        WriteResult deleted = await fixture.DeleteAsync("default/a");

        Assert.Multiple(() =>
        {
            Assert.That(start, Is.EqualTo(1));
            Assert.That(created.Outcome, Is.EqualTo(WriteOutcome.Committed));
            Assert.That(created.Entry!.CreateRevision, Is.EqualTo(2));
            Assert.That(updated.Entry!.CreateRevision, Is.EqualTo(2));
            Assert.That(updated.Entry.Revision, Is.EqualTo(3));
            Assert.That(deleted.Revision, Is.EqualTo(4));
            Assert.That(StoreFixture.Text(deleted.Entry), Is.EqualTo("2"));
            Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(4));
            Assert.That(fixture.PodCollection.Snapshot.Count, Is.Zero);
        });
    }

    [Test]
    public async Task WriteAsync_PreconditionFails_ReturnsOutcomeWithCurrentEntry()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        WriteResult created = await fixture.CreateAsync("a", "1");

        WriteResult again = await fixture.CreateAsync("a", "2");
        WriteResult conflict = await fixture.UpdateAsync("a", "2", expectedRevision: created.Revision - 1);
        WriteResult missing = await fixture.DeleteAsync("b");
        WriteResult right = await fixture.UpdateAsync("a", "3", expectedRevision: created.Revision);

        Assert.Multiple(() =>
        {
            Assert.That(again.Outcome, Is.EqualTo(WriteOutcome.AlreadyExists));
            Assert.That(again.Entry, Is.SameAs(created.Entry));
            Assert.That(conflict.Outcome, Is.EqualTo(WriteOutcome.Conflict));
            Assert.That(conflict.Entry, Is.SameAs(created.Entry));
            Assert.That(missing.Outcome, Is.EqualTo(WriteOutcome.NotFound));
            Assert.That(missing.Entry, Is.Null);
            Assert.That(right.Revision, Is.EqualTo(created.Revision + 1), "a refused write takes no revision");
        });
    }

    [Test]
    public async Task WriteAsync_AfterRestart_StateAndRevisionAreTheSame()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        WriteResult a = await fixture.CreateAsync("a", "1");
        WriteResult b = await fixture.CreateAsync("b", "");
        await fixture.CreateAsync("c", "3");
        a = await fixture.UpdateAsync("a", "4");
        WriteResult deleted = await fixture.DeleteAsync("c");

        await fixture.RestartAsync();

        CollectionSnapshot snapshot = fixture.PodCollection.Snapshot;
        Assert.Multiple(() =>
        {
            Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(deleted.Revision));
            Assert.That(snapshot.Revision, Is.EqualTo(deleted.Revision));
            Assert.That(snapshot.Range("").Select(entry => entry.Key), Is.EqualTo(new[] { "a", "b" }));
            Assert.That(StoreFixture.Text(snapshot.Get("a")), Is.EqualTo("4"));
            Assert.That(snapshot.Get("a")!.CreateRevision, Is.EqualTo(a.Entry!.CreateRevision));
            Assert.That(snapshot.Get("a")!.Revision, Is.EqualTo(a.Revision));
            Assert.That(snapshot.Get("b")!.Value.Length, Is.Zero);
            Assert.That(snapshot.Get("b")!.Revision, Is.EqualTo(b.Revision));
        });
    }

    [Test]
    public async Task WriteAsync_Transaction_IsAllOrNothing()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        WriteResult a = await fixture.CreateAsync("a", "1");
        StoreCollection pods = fixture.PodCollection;

        IReadOnlyList<WriteResult> refused = await fixture.Store.WriteAsync(
            [
                WriteOperation.Create(pods, "b", StoreFixture.Bytes("1")),
                WriteOperation.Update(pods, "a", StoreFixture.Bytes("2"), a.Revision + 7),
            ],
            StoreFixture.Timeout);
        IReadOnlyList<WriteResult> done = await fixture.Store.WriteAsync(
            [
                WriteOperation.Create(pods, "b", StoreFixture.Bytes("1")),
                WriteOperation.Delete(pods, "a", a.Revision),
            ],
            StoreFixture.Timeout);

        Assert.Multiple(() =>
        {
            Assert.That(
                refused.Select(result => result.Outcome),
                Is.EqualTo(new[] { WriteOutcome.Aborted, WriteOutcome.Conflict }));
            Assert.That(done.Select(result => result.Revision), Is.EqualTo(new[] { 3, 4 }));
            Assert.That(pods.Snapshot.Range("").Select(entry => entry.Key), Is.EqualTo(new[] { "b" }));
        });
    }

    [Test]
    public async Task WriteAsync_ManyWritersOfOneKey_OneWinsEachRevision()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        await fixture.CreateAsync("counter", "0");

        async Task CountAsync()
        {
            for (int done = 0; done < 25;)
            {
                StoredEntry current = fixture.PodCollection.Snapshot.Get("counter")!;
                int value = int.Parse(StoreFixture.Text(current));
                WriteResult result = await fixture.UpdateAsync("counter", $"{value + 1}", current.Revision);
                done += result.IsCommitted ? 1 : 0;
            }
        }
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(CountAsync)));

        Assert.That(StoreFixture.Text(fixture.PodCollection.Snapshot.Get("counter")), Is.EqualTo("200"));
        Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(202));
    }

    [Test]
    public async Task WriteAsync_BadOperation_IsRefusedBeforeItIsQueued()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        StoreCollection pods = fixture.PodCollection;
        WriteOperation create = WriteOperation.Create(pods, "a", default);
        var tooLarge = new byte[StoreOptions.MaxValueSizeBytes + 1];

        Assert.Multiple(() =>
        {
            Assert.That(() => Write(create with { Key = "" }), Throws.ArgumentException);
            Assert.That(() => Write(create with { ExpectedRevision = 1 }), Throws.ArgumentException);
            Assert.That(() => Write(create with { Value = tooLarge }), Throws.ArgumentException);
            Assert.That(() => Write(create, create), Throws.ArgumentException);
            Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(1));
        });

        async Task Write(params WriteOperation[] operations) =>
            await fixture.Store.WriteAsync(operations, StoreFixture.Timeout);
    }

    [Test]
    public async Task WriteAsync_DescribeThrows_FailsThatWriteOnly()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        StoreCollection picky = fixture.Store.GetOrAddCollection(new CollectionDefinition(
            "picky",
            Describe: entry => entry.Value.IsEmpty ? throw new FormatException("empty") : StoreFixture.Text(entry)));

        Assert.That(
            async () => await fixture.Store.WriteAsync(
                WriteOperation.Create(picky, "a", default), StoreFixture.Timeout),
            Throws.TypeOf<FormatException>());
        WriteResult good = await fixture.Store.WriteAsync(
            WriteOperation.Create(picky, "a", StoreFixture.Bytes("x")), StoreFixture.Timeout);

        Assert.That(good.Revision, Is.EqualTo(2));
        Assert.That(picky.Snapshot.Get("a")!.Description, Is.EqualTo("x"));
    }

    [Test]
    public async Task GetOrAddCollection_FoundOnDisk_IsDescribedWhenRegistered()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        StoreCollection before = fixture.Store.GetOrAddCollection(new CollectionDefinition("widgets"));
        await fixture.Store.WriteAsync(
            WriteOperation.Create(before, "w", StoreFixture.Bytes("x")), StoreFixture.Timeout);
        await fixture.RestartAsync();

        int calls = 0;
        StoreCollection after = fixture.Store.GetOrAddCollection(new CollectionDefinition(
            "widgets", Describe: entry => $"{entry.Key}#{++calls}"));

        Assert.That(after.Snapshot.Get("w")!.Description, Is.EqualTo("w#1"));
        Assert.That(after.Snapshot.Get("w")!.Description, Is.EqualTo("w#1"));
    }

    [Test]
    public async Task WaitForRevisionAsync_FutureRevision_CompletesWhenItIsPublished()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        using var impatient = new CancellationTokenSource();

        Task next = fixture.Store.WaitForRevisionAsync(2, StoreFixture.Timeout);
        Task never = fixture.Store.WaitForRevisionAsync(1000, impatient.Token);
        Assert.That(fixture.Store.WaitForRevisionAsync(1, StoreFixture.Timeout).IsCompleted, Is.True);
        Assert.That(next.IsCompleted, Is.False);
        await fixture.CreateAsync("a", "1");
        await next;
        await impatient.CancelAsync();

        Assert.That(async () => await never, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task WriteAsync_AfterDispose_ThrowsObjectDisposed()
    {
        await using StoreFixture fixture = await StoreFixture.StartAsync();
        Store store = fixture.Store;
        StoreCollection pods = fixture.PodCollection;
        await fixture.CloseAsync();

        Assert.That(
            async () => await store.WriteAsync(WriteOperation.Create(pods, "a", default), StoreFixture.Timeout),
            Throws.TypeOf<ObjectDisposedException>());
    }
}
