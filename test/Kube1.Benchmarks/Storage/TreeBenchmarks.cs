using System.Collections.Immutable;
using System.Diagnostics;
using Kube1.Storage;
using Kube1.Storage.Trees;

namespace Kube1.Benchmarks.Storage;

/// <summary>The store's tree beside the framework's immutable dictionary: why there is a tree of our own.</summary>
internal static class TreeBenchmarks
{
    private const int Keys = 100_000;
    private const int Rounds = 5;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        StoredEntry[] entries =
        [
            .. Enumerable.Range(0, Keys).Select(
                i => new StoredEntry($"namespace-{i % 50}/pod-{random.Next():x8}-{i}", default, i + 1, i + 1, null)),
        ];
        StoredEntry[] sorted = [.. entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
        EntryTree tree = EntryTree.FromSorted(sorted);
        ImmutableSortedDictionary<string, StoredEntry> dictionary = sorted.ToImmutableSortedDictionary(
            entry => entry.Key, entry => entry, StringComparer.Ordinal);
        cancellationToken.ThrowIfCancellationRequested();
        await output.WriteLineAsync($"Tree of {Keys:N0} entries, beside ImmutableSortedDictionary").ConfigureAwait(false);
        await Compare("replace one", entry => tree.With(Renew(entry)), entry => dictionary.SetItem(entry.Key, Renew(entry)));
        await Compare("remove one", entry => tree.Without(entry.Key), entry => dictionary.Remove(entry.Key));
        await Compare("get one", entry => tree.Get(entry.Key), entry => dictionary[entry.Key]);
        await Compare("walk all", _ => Walk(new EntryRange(tree.Root, "", null)), _ => Walk(dictionary), calls: 20);

        async Task Compare(
            string what, Func<StoredEntry, object?> ours, Func<StoredEntry, object?> theirs, int calls = Keys)
        {
            (double Microseconds, long Bytes) mine = Measure(ours, calls);
            (double Microseconds, long Bytes) other = Measure(theirs, calls);
            await output.WriteLineAsync(
                $"  {what,-12} {mine.Microseconds:0.00} us, {mine.Bytes} bytes; "
                + $"dictionary {other.Microseconds:0.00} us, {other.Bytes} bytes").ConfigureAwait(false);
        }

        (double, long) Measure(Func<StoredEntry, object?> action, int calls)
        {
            double best = double.MaxValue;
            long bytes = 0;
            for (int round = 0; round < Rounds; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < calls; i++)
                {
                    action(entries[i]);
                }
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
                bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
            }
            return (best, bytes);
        }
    }

    private static StoredEntry Renew(StoredEntry entry) =>
        new(entry.Key, default, entry.CreateRevision, entry.Revision + 1, null);

    private static object Walk(EntryRange range)
    {
        long sum = 0;
        foreach (StoredEntry entry in range)
        {
            sum += entry.Revision;
        }
        return sum;
    }

    private static object Walk(ImmutableSortedDictionary<string, StoredEntry> dictionary)
    {
        long sum = 0;
        foreach ((_, StoredEntry entry) in dictionary)
        {
            sum += entry.Revision;
        }
        return sum;
    }
}
