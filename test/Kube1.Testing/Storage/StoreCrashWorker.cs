using System.Globalization;
using System.Text;
using Kube1.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Testing.Storage;

/// <summary>
/// The process that <see cref="StoreCrashTrial"/> kills. It tells on standard output what it found, then each write
/// before it begins it and after it is acknowledged, one line each, unbuffered:
/// <code>
/// S revision                       the store's revision after opening
/// E unit sequence revision         an entry found; the sequence is -1 when its value is not whole
/// R                                ready, writes begin
/// B unit kind sequence             a write begins
/// A unit revision...               it is acknowledged
/// </code>
/// </summary>
public static class StoreCrashWorker
{
    /// <summary>Durable writers, each with one single key and one pair of keys that change together.</summary>
    public const int Writers = 6;

    /// <summary>Sequence numbers of a round start here times the round, so that none occurs twice.</summary>
    private const int SequencesPerRound = 1_000_000;

    /// <summary>Large enough for overflow pages, and for log checkpoints within a few rounds.</summary>
    private const int MaxValueSizeBytes = 12_000;

    /// <summary>Each of these rounds has relaxed writes only.</summary>
    private const int RelaxedOnlyEvery = 7;

    /// <summary>Should the parent die without killing us.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Whether the worker makes no durable writes in this round.</summary>
    public static bool IsRelaxedOnly(int round) => round % RelaxedOnlyEvery == 0;

    /// <summary>Opens the store, reports, and writes until killed.</summary>
    public static async Task<int> RunAsync(string directoryPath, int round)
    {
        using var lifetime = new CancellationTokenSource(Lifetime);
        using var output = new LineWriter(Console.OpenStandardOutput());
        await using Store store = await Store.OpenAsync(
            new StoreOptions { DirectoryPath = directoryPath, RevisionBlock = 500 },
            [], NullLogger.Instance, lifetime.Token).ConfigureAwait(false);
        StoreCollection durable = store.GetOrAddCollection(new CollectionDefinition("durable"));
        StoreCollection relaxed = store.GetOrAddCollection(new CollectionDefinition("relaxed", Relaxed: true));
        output.Write($"S {store.CurrentRevision}");
        foreach (StoredEntry entry in durable.Snapshot.Range("").Concat(relaxed.Snapshot.Range("")))
        {
            output.Write($"E {entry.Key} {SequenceOf(entry)} {entry.Revision}");
        }
        output.Write("R");
        int first = round * SequencesPerRound;
        // Without durable commits in between, what relaxed writes show is on disk in no other way than as reserved.
        int writerCount = IsRelaxedOnly(round) ? 0 : Writers;
        IEnumerable<Task> writers = Enumerable.Range(0, writerCount).Select(i => Task.Run(
            () => WriteAsync(store, durable, output, i, new Random(first + i), first + i, lifetime.Token)));
        await Task.WhenAll(
            [.. writers, Task.Run(() => RenewAsync(store, relaxed, output, first, lifetime.Token))])
            .ConfigureAwait(false);
        return 0;
    }

    private static async Task WriteAsync(
        Store store, StoreCollection collection, LineWriter output, int writer, Random random, int sequence,
        CancellationToken cancellationToken)
    {
        string single = $"s{writer}";
        string pair = $"p{writer}";
        for (; !cancellationToken.IsCancellationRequested; sequence += Writers)
        {
            if (random.Next(3) == 0)
            {
                output.Write($"B {pair} put {sequence}");
                WriteOperation[] operations =
                    [Put(collection, pair + "a", sequence, random), Put(collection, pair + "b", sequence, random)];
                IReadOnlyList<WriteResult> results =
                    await store.WriteAsync(operations, CancellationToken.None).ConfigureAwait(false);
                output.Write($"A {pair} {results[0].Revision} {results[1].Revision}");
                continue;
            }
            bool delete = collection.Snapshot.Get(single) is not null && random.Next(4) == 0;
            output.Write($"B {single} {(delete ? "delete" : "put")} {sequence}");
            WriteResult result = await store.WriteAsync(
                delete ? WriteOperation.Delete(collection, single) : Put(collection, single, sequence, random),
                CancellationToken.None).ConfigureAwait(false);
            output.Write($"A {single} {result.Revision}");
        }
    }

    private static async Task RenewAsync(
        Store store, StoreCollection collection, LineWriter output, int sequence, CancellationToken cancellationToken)
    {
        var random = new Random(sequence);
        for (; !cancellationToken.IsCancellationRequested; sequence++)
        {
            output.Write($"B l put {sequence}");
            WriteResult result = await store.WriteAsync(
                Put(collection, "l", sequence, random) with { IsRenewal = true }, CancellationToken.None).ConfigureAwait(false);
            output.Write($"A l {result.Revision}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    private static WriteOperation Put(StoreCollection collection, string key, int sequence, Random random)
    {
        // key|sequence|size|padding|key: a value cut or mixed anywhere shows.
        string head = $"{key}|{sequence}|";
        int padding = random.Next(MaxValueSizeBytes);
        byte[] value = Encoding.ASCII.GetBytes($"{head}{padding}|{new string((char)('a' + (sequence % 26)), padding)}|{key}");
        WriteKind kind = collection.Snapshot.Get(key) is null ? WriteKind.Create : WriteKind.Update;
        return new WriteOperation(collection, key, kind, value);
    }

    private static int SequenceOf(StoredEntry entry)
    {
        string[] parts = Encoding.ASCII.GetString(entry.Value.Span).Split('|');
        bool isWhole = parts.Length == 5 && parts[0] == entry.Key && parts[4] == entry.Key
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int sequence)
            && parts[3] == new string((char)('a' + (sequence % 26)), int.Parse(parts[2], CultureInfo.InvariantCulture));
        return isWhole ? int.Parse(parts[1], CultureInfo.InvariantCulture) : -1;
    }

    /// <summary>Whole lines, each in one write(2): what was written survives a kill.</summary>
    private sealed class LineWriter(Stream stream) : IDisposable
    {
        private readonly Lock _lock = new();

        public void Write(string line)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(line + "\n");
            lock (_lock)
            {
                stream.Write(bytes);
            }
        }

        public void Dispose() => stream.Dispose();
    }
}
