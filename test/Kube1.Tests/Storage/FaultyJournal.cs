using Kube1.Storage.Journals;

namespace Kube1.Tests.Storage;

/// <summary>A journal whose commits fail or wait at a test's will.</summary>
internal sealed class FaultyJournal(IJournal inner) : IJournal
{
    /// <summary>Thrown by every commit while set.</summary>
    public volatile Exception? Fault;

    /// <summary>Commits wait here while it is not set.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    public int Commits { get; private set; }

    public Action? TidyDue
    {
        get => inner.TidyDue;
        set => inner.TidyDue = value;
    }

    public JournalContents Load() => inner.Load();

    public void Commit(IReadOnlyList<JournalChange> changes, long? reservedRevision)
    {
        Gate.Wait();
        if (Fault is { } fault)
        {
            throw fault;
        }
        Commits++;
        inner.Commit(changes, reservedRevision);
    }

    public bool Tidy() => inner.Tidy();

    public Task BackupAsync(string filePath, CancellationToken cancellationToken) =>
        inner.BackupAsync(filePath, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Gate.Dispose();
        await inner.DisposeAsync();
    }
}
