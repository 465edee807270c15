using System.Diagnostics;
using Kube1.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Benchmarks.Storage;

/// <summary>The store alone, on the disk of the temporary directory.</summary>
internal static class StoreBenchmarks
{
    private const int ValueSizeBytes = 1024;
    private const int SequentialWrites = 2_000;
    private const int ConcurrentWriters = 64;
    private const int WritesPerWriter = 500;
    private const int ListedObjects = 10_000;
    private const int Watches = 1_000;
    private const int FannedOutEvents = 50;
    private const int LoadedObjects = 100_000;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"Store, values of {ValueSizeBytes} bytes").ConfigureAwait(false);
        await SequentialAsync(output, cancellationToken).ConfigureAwait(false);
        await ConcurrentAsync(output, cancellationToken).ConfigureAwait(false);
        await ListAsync(output, cancellationToken).ConfigureAwait(false);
        await FanOutAsync(output, cancellationToken).ConfigureAwait(false);
        await StartUpAsync(output, cancellationToken).ConfigureAwait(false);
        await TreeBenchmarks.RunAsync(output, cancellationToken).ConfigureAwait(false);
    }

    private static async Task SequentialAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var place = await Place.OpenAsync(cancellationToken).ConfigureAwait(false);
        await FillAsync(place, "warm", 200, cancellationToken).ConfigureAwait(false);
        var times = new Timings();
        for (int i = 0; i < SequentialWrites; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await place.CreateAsync($"seq/{i}", cancellationToken).ConfigureAwait(false);
            times.Add(start);
        }
        await output.WriteLineAsync($"  sequential create        {times}").ConfigureAwait(false);

        times = new Timings();
        for (int i = 0; i < SequentialWrites; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await place.Store.WriteAsync(
                WriteOperation.Update(place.Objects, $"seq/{i}", new byte[ValueSizeBytes]), cancellationToken)
                .ConfigureAwait(false);
            times.Add(start);
        }
        await output.WriteLineAsync($"  sequential update        {times}").ConfigureAwait(false);
    }

    private static async Task ConcurrentAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var place = await Place.OpenAsync(cancellationToken).ConfigureAwait(false);
        await FillAsync(place, "warm", 200, cancellationToken).ConfigureAwait(false);
        var all = new Timings();
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, ConcurrentWriters).Select(writer => Task.Run(
            async () =>
            {
                var times = new Timings();
                for (int i = 0; i < WritesPerWriter; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    await place.CreateAsync($"w{writer}/{i}", cancellationToken).ConfigureAwait(false);
                    times.Add(start);
                }
                all.AddAll(times);
            },
            cancellationToken))).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await output.WriteLineAsync(
            $"  {ConcurrentWriters} concurrent writers    {all}; {ConcurrentWriters * WritesPerWriter / seconds:N0} writes/s")
            .ConfigureAwait(false);
    }

    private static async Task ListAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var place = await Place.OpenAsync(cancellationToken).ConfigureAwait(false);
        await FillAsync(place, "list", ListedObjects, cancellationToken).ConfigureAwait(false);
        long revision = place.Store.CurrentRevision - 1_000;
        var list = new Timings();
        var old = new Timings();
        var count = new Timings();
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            long bytes = 0;
            foreach (StoredEntry entry in place.Objects.Snapshot.Range("list/"))
            {
                bytes += entry.Value.Length;
            }
            list.Add(start);
            start = Stopwatch.GetTimestamp();
            if (!place.Objects.TryGetSnapshotAt(revision, out _))
            {
                throw new InvalidOperationException($"{bytes} bytes, but the history is too short.");
            }
            old.Add(start);
            start = Stopwatch.GetTimestamp();
            place.Objects.Snapshot.CountPrefix("list/", "list/005000");
            count.Add(start);
        }
        await output.WriteLineAsync($"  list {ListedObjects:N0} objects      {list}").ConfigureAwait(false);
        await output.WriteLineAsync($"  state 1,000 events ago   {old}").ConfigureAwait(false);
        await output.WriteLineAsync($"  count of a prefix        {count}").ConfigureAwait(false);
    }

    private static async Task FanOutAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var place = await Place.OpenAsync(cancellationToken).ConfigureAwait(false);
        await FillAsync(place, "warm", 200, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrivals = new Timings();
        var lasts = new Timings();
        var round = new FanOutRound();
        Task[] readers =
        [
            .. Enumerable.Range(0, Watches).Select(_ => Task.Run(() => FollowAsync(place, round, stop.Token))),
        ];
        await round.AllReady.WaitAsync(cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < FannedOutEvents; i++)
        {
            Task done = round.Begin();
            await place.CreateAsync($"event/{i}", cancellationToken).ConfigureAwait(false);
            round.Acknowledged();
            await done.WaitAsync(cancellationToken).ConfigureAwait(false);
            // The first ones find the readers still starting.
            if (i >= 10)
            {
                round.Report(arrivals, lasts);
            }
        }
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(readers).ConfigureAwait(false);
        await output.WriteLineAsync($"  event to {Watches:N0} watches   {arrivals} after the acknowledgement")
            .ConfigureAwait(false);
        await output.WriteLineAsync($"  ... to the last of them  {lasts}").ConfigureAwait(false);
    }

    private static async Task FollowAsync(Place place, FanOutRound round, CancellationToken cancellationToken)
    {
        using StoreWatch watch = place.Objects.Watch("event/", place.Store.CurrentRevision);
        round.Ready();
        try
        {
            while (true)
            {
                while (watch.TryRead(out _) == WatchReadResult.Event)
                {
                    round.Arrived();
                }
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The benchmark is over.
        }
    }

    private static async Task StartUpAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var place = await Place.OpenAsync(cancellationToken).ConfigureAwait(false);
        await FillAsync(place, "load", LoadedObjects, cancellationToken).ConfigureAwait(false);
        var times = new Timings();
        for (int i = 0; i < 5; i++)
        {
            await place.CloseAsync().ConfigureAwait(false);
            GC.Collect();
            long start = Stopwatch.GetTimestamp();
            await place.ReopenAsync(cancellationToken).ConfigureAwait(false);
            times.Add(start);
        }
        GC.Collect();
        await output.WriteLineAsync(
            $"  start with {LoadedObjects:N0}       {times}; {GC.GetTotalMemory(true) / 1048576.0:N0} MiB of heap")
            .ConfigureAwait(false);
    }

    private static Task FillAsync(Place place, string prefix, int count, CancellationToken cancellationToken) =>
        Parallel.ForAsync(
            0, count,
            new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = cancellationToken },
            (i, token) => place.CreateAsync($"{prefix}/{i:D6}", token));

    /// <summary>A store in a temporary directory.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private static readonly CollectionDefinition Definition = new("objects");
        private readonly string _directoryPath = Directory.CreateTempSubdirectory("kube1-bench-").FullName;

        public Store Store { get; private set; } = null!;

        public StoreCollection Objects { get; private set; } = null!;

        public static async Task<Place> OpenAsync(CancellationToken cancellationToken)
        {
            var place = new Place();
            await place.ReopenAsync(cancellationToken).ConfigureAwait(false);
            return place;
        }

        public async Task ReopenAsync(CancellationToken cancellationToken)
        {
            Store = await Store.OpenAsync(
                new StoreOptions { DirectoryPath = _directoryPath }, [Definition], NullLogger.Instance,
                cancellationToken).ConfigureAwait(false);
            Objects = Store.GetOrAddCollection(Definition);
        }

        public async ValueTask CreateAsync(string key, CancellationToken cancellationToken) =>
            await Store.WriteAsync(WriteOperation.Create(Objects, key, new byte[ValueSizeBytes]), cancellationToken)
                .ConfigureAwait(false);

        public async Task CloseAsync()
        {
            await Store.DisposeAsync().ConfigureAwait(false);
            Store = null!;
            Objects = null!;
        }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync().ConfigureAwait(false);
            Directory.Delete(_directoryPath, recursive: true);
        }
    }

    /// <summary>One event on its way to all watches.</summary>
    private sealed class FanOutRound
    {
        private readonly long[] _arrivals = new long[Watches];
        private readonly TaskCompletionSource _ready = new();
        private int _readyCount;
        private TaskCompletionSource _done = new();
        private long _acknowledged;
        private int _count;

        /// <summary>Completes when every watch has been made.</summary>
        public Task AllReady => _ready.Task;

        public void Ready()
        {
            if (Interlocked.Increment(ref _readyCount) == Watches)
            {
                _ready.SetResult();
            }
        }

        public Task Begin()
        {
            _count = 0;
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _done.Task;
        }

        public void Acknowledged() => _acknowledged = Stopwatch.GetTimestamp();

        public void Arrived()
        {
            int index = Interlocked.Increment(ref _count) - 1;
            _arrivals[index] = Stopwatch.GetTimestamp();
            if (index == Watches - 1)
            {
                _done.SetResult();
            }
        }

        public void Report(Timings each, Timings last)
        {
            double highest = 0;
            foreach (long arrival in _arrivals)
            {
                double milliseconds = (arrival - _acknowledged) * 1000.0 / Stopwatch.Frequency;
                each.AddMilliseconds(milliseconds);
                highest = Math.Max(highest, milliseconds);
            }
            last.AddMilliseconds(highest);
        }
    }
}
