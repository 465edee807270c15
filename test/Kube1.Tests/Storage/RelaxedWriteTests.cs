using Kube1.Storage;
using Kube1.Storage.Journals;
using Kube1.Testing;

namespace Kube1.Tests.Storage;

public sealed class RelaxedWriteTests
{
    [Test]
    public async Task WriteAsync_Relaxed_IsVisibleAtOnceAndSavedAfterTheDelay()
    {
        var time = new ManualTime();
        await using StoreFixture fixture = await StartAsync(time);
        // The first revision of a run has to be reserved on disk, and so goes there at once.
        await fixture.CreateAsync("pod", "1");

        await fixture.RenewAsync("node", "1");
        await fixture.RenewAsync("node", "2");
        Assert.That(StoreFixture.Text(fixture.LeaseCollection.Snapshot.Get("node")), Is.EqualTo("2"));
        Assert.That(Saved(fixture), Is.EqualTo(new[] { "pods/pod=1" }));

        time.Advance(StoreOptions.DefaultRelaxedDelay);
        await SavedByTimerAsync(fixture);
        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/node=2", "pods/pod=1" }));
        Assert.That(time.ArmedTimers, Is.Zero, "an idle store does nothing");
    }

    [Test]
    public async Task WriteAsync_Renewal_IsSavedLaterUnlessSomethingNewComes()
    {
        var time = new ManualTime();
        await using StoreFixture fixture = await StartAsync(time);
        await fixture.RenewAsync("node", "1");
        await fixture.Store.FlushAsync(StoreFixture.Timeout);

        await fixture.RenewAsync("node", "2");
        time.Advance(StoreOptions.DefaultRelaxedDelay);
        await SavedByTimerAsync(fixture);
        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/node=1" }));
        time.Advance(StoreOptions.DefaultRenewalDelay - StoreOptions.DefaultRelaxedDelay);
        await SavedByTimerAsync(fixture);
        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/node=2" }));

        await fixture.RenewAsync("node", "3");
        await fixture.RenewAsync("other", "1");
        time.Advance(StoreOptions.DefaultRelaxedDelay);
        await SavedByTimerAsync(fixture);
        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/node=3", "leases/other=1" }));
    }

    [Test]
    public async Task WriteAsync_ChangeThatIsNoRenewal_IsSavedAfterTheDelay()
    {
        var time = new ManualTime();
        await using StoreFixture fixture = await StartAsync(time);
        await fixture.RenewAsync("leader", "a");
        await fixture.Store.FlushAsync(StoreFixture.Timeout);

        await fixture.RenewAsync("leader", "a again");
        await fixture.ChangeLeaseAsync("leader", "b");
        time.Advance(StoreOptions.DefaultRelaxedDelay);
        await SavedByTimerAsync(fixture);

        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/leader=b" }));
    }

    [Test]
    public async Task WriteAsync_DurableAfterRelaxed_SavesBoth()
    {
        await using StoreFixture fixture = await StartAsync(new ManualTime());
        await fixture.CreateAsync("pod", "1");

        await fixture.RenewAsync("node", "1");
        await fixture.UpdateAsync("pod", "2");

        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/node=1", "pods/pod=2" }));
    }

    [Test]
    public async Task FlushAsync_Relaxed_IsSaved()
    {
        await using StoreFixture fixture = await StartAsync(new ManualTime());
        await fixture.RenewAsync("a", "1");
        await fixture.RenewAsync("b", "1");
        await fixture.Store.WriteAsync(WriteOperation.Delete(fixture.LeaseCollection, "a"), StoreFixture.Timeout);
        await fixture.RenewAsync("a", "2");
        await fixture.Store.WriteAsync(WriteOperation.Delete(fixture.LeaseCollection, "b"), StoreFixture.Timeout);

        await fixture.Store.FlushAsync(StoreFixture.Timeout);

        Assert.That(Saved(fixture), Is.EqualTo(new[] { "leases/a=2" }));
    }

    [Test]
    public async Task DisposeAsync_Relaxed_IsSavedWithTheExactRevision()
    {
        await using StoreFixture fixture = await StartAsync(new ManualTime());
        await fixture.RenewAsync("node", "1");
        WriteResult last = await fixture.RenewAsync("node", "2");

        await fixture.RestartAsync();

        Assert.That(StoreFixture.Text(fixture.LeaseCollection.Snapshot.Get("node")), Is.EqualTo("2"));
        Assert.That(fixture.Store.CurrentRevision, Is.EqualTo(last.Revision));
    }

    [Test]
    public async Task OpenAsync_CrashAfterRelaxedWrites_StartsAboveAllTheirRevisions()
    {
        await using StoreFixture fixture = await StartAsync(new ManualTime(), revisionBlock: 10);
        WriteResult last = default;
        for (int i = 0; i < 37; i++)
        {
            last = await fixture.RenewAsync("node", $"{i}");
        }
        await using StoreFixture crashed = await CrashAsync(fixture);

        Assert.That(crashed.Store.CurrentRevision, Is.GreaterThanOrEqualTo(last.Revision));
        Assert.That(crashed.Store.CurrentRevision, Is.LessThanOrEqualTo(last.Revision + 10));
    }

    /// <summary>What a crash leaves: the files as they are now, without the end that a clean stop writes.</summary>
    private static async Task<StoreFixture> CrashAsync(StoreFixture fixture)
    {
        StoreFixture crashed = await StoreFixture.StartAsync();
        await crashed.CloseAsync();
        foreach (string file in new[] { "kube1.db", "kube1.db-wal" })
        {
            File.Copy(
                Path.Combine(fixture.DirectoryPath, file), Path.Combine(crashed.DirectoryPath, file), overwrite: true);
        }
        await crashed.OpenAsync();
        return crashed;
    }

    private static Task<StoreFixture> StartAsync(ManualTime time, int revisionBlock = 10_000) =>
        StoreFixture.StartAsync(path => new StoreOptions
        {
            DirectoryPath = path,
            Time = time,
            RevisionBlock = revisionBlock,
        });

    /// <summary>The timer has queued its wake-up: a request behind it proves that it has been handled.</summary>
    private static async Task SavedByTimerAsync(StoreFixture fixture) => await fixture.Store.WriteAsync(
        WriteOperation.Delete(fixture.LeaseCollection, "absent"), StoreFixture.Timeout);

    private static string[] Saved(StoreFixture fixture)
    {
        using var database = new SqliteDatabase(fixture.DatabasePath, readOnly: true);
        using SqliteDatabase.SqliteStatement rows = database.Prepare(
            "select collection, key, json from documents order by collection, key");
        var saved = new List<string>();
        while (rows.Step())
        {
            saved.Add($"{rows.Text(0)}/{rows.Text(1)}={rows.Text(2)}");
        }
        return [.. saved];
    }
}
