using Kube1.Storage;
using Kube1.Storage.Journals;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Storage;

public sealed class SqliteJournalTests
{
    private const int Rows = 4_000;
    private const int ValueSizeBytes = 4_000;

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("kube1-journal-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Tidy_AfterManyCommits_MovesTheLogIntoTheDatabaseAndReusesIt()
    {
        await using SqliteJournal journal = SqliteJournal.Open(_directory, NullLogger.Instance);
        journal.Load();
        int next = 2;
        for (int round = 0; round < 4; round++)
        {
            next = await CommitUntilTidyIsDueAsync(journal, next, Insert);
            RunTidy(journal);
            long databaseSizeBytes = FileSize("kube1.db");
            long logSizeBytes = FileSize("kube1.db-wal");
            journal.Commit([Insert(next++)], null);

            Assert.That(databaseSizeBytes, Is.GreaterThan((round + 1) * 2 * 1024 * 1024), "the log was copied");
            Assert.That(FileSize("kube1.db-wal"), Is.LessThanOrEqualTo(logSizeBytes), "the log started over");
        }
    }

    [Test]
    public async Task Tidy_AfterDeletions_GivesPagesBackInSmallSteps()
    {
        await using SqliteJournal journal = SqliteJournal.Open(_directory, NullLogger.Instance);
        journal.Load();
        journal.Commit([.. Enumerable.Range(2, Rows).Select(Insert)], Rows * 10);
        int next = await CommitUntilTidyIsDueAsync(journal, Rows * 2, Insert);
        RunTidy(journal);
        long before = PageCount();

        Task due = DueAsync(journal);
        journal.Commit([.. Enumerable.Range(2, Rows).Select(Delete)], null);
        while (!due.IsCompleted)
        {
            // However long that takes, there is no more in the end than before.
            journal.Commit([Insert(next)], null);
            journal.Commit([Delete(next)], null);
        }

        int steps = RunTidy(journal);

        Assert.That(steps, Is.GreaterThan(5), "not one long step");
        Assert.That(PageCount(), Is.LessThan(before - (Rows / 2)));
    }

    [Test]
    public async Task Load_AfterRelaxedDeleteAndCreateOfOneKey_HasTheNewRowOnly()
    {
        await using (SqliteJournal journal = SqliteJournal.Open(_directory, NullLogger.Instance))
        {
            journal.Load();
            journal.Commit([Insert(2)], 100);
            var created = new StoredEntry("k2", "new"u8.ToArray(), 4, 5, null);
            journal.Commit([new JournalChange("objects", 2, created)], null);
        }

        await using SqliteJournal reopened = SqliteJournal.Open(_directory, NullLogger.Instance);
        JournalContents contents = reopened.Load();
        StoredEntry entry = contents.Collections["objects"].Entries.Single();
        Assert.That((entry.Key, entry.CreateRevision, entry.Revision), Is.EqualTo(("k2", 4L, 5L)));
        Assert.That(contents.ReservedRevision, Is.EqualTo(100));
    }

    /// <summary>Returns the first id that it has not used.</summary>
    private static async Task<int> CommitUntilTidyIsDueAsync(SqliteJournal journal, int first, Func<int, JournalChange> change)
    {
        Task due = DueAsync(journal);
        int next = first;
        for (; !due.IsCompleted; next += 16)
        {
            journal.Commit([.. Enumerable.Range(next, 16).Select(change)], 10_000_000);
        }

        await due;
        return next;
    }

    private static Task DueAsync(SqliteJournal journal)
    {
        var due = new TaskCompletionSource();
        journal.TidyDue = () => due.TrySetResult();
        return due.Task;
    }

    private static int RunTidy(SqliteJournal journal)
    {
        int steps = 1;
        while (journal.Tidy())
        {
            steps++;
        }
        return steps;
    }

    private static JournalChange Insert(int id) =>
        new("objects", 0, new StoredEntry($"k{id}", new byte[ValueSizeBytes], id, id, null));

    private static JournalChange Delete(int id) => new("objects", id, null);

    private long FileSize(string name) => new FileInfo(Path.Combine(_directory, name)).Length;

    private long PageCount()
    {
        using var database = new SqliteDatabase(Path.Combine(_directory, "kube1.db"), readOnly: true);
        return database.QueryNumber("pragma page_count")!.Value;
    }
}
