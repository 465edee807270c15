using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Kube1.Api.Errors;
using Microsoft.FSharp.Core;

namespace Kube1.Tests.Fuzzing;

/// <summary>A decoder and what to feed it.</summary>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Action<byte[]> Decode)
{
    /// <summary>Words of its language, which byte flips would not find.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What it may throw; by default an <see cref="ApiException"/> that blames the client.</summary>
    public Func<Exception, bool> MayThrow { get; init; } = static e => e is ApiException { Code: >= 400 and < 500 };

    /// <summary>What it may allocate for a byte of its input, once everything lazy is loaded.</summary>
    public int BytesPerByte { get; init; } = 1000;

    /// <summary>Whatever the input: buffers, what the first of its kind loads, and what the input is applied to.</summary>
    public int FloorBytes { get; init; } = 8 * 1024 * 1024;
}

/// <summary>
/// Feeds decoders: their corpus, then inputs made out of it. Every run is the same: the seed is fixed, unless
/// KUBE1_FUZZ_SEED gives another; KUBE1_FUZZ_SECONDS lets every decoder run so long with ever new seeds. See
/// docs/testing.md.
/// </summary>
internal static class Fuzz
{
    private const int CasesPerRound = 100;
    /// <summary>Larger samples are there for their size, and taken as they are.</summary>
    private const int MaxMutatedBytes = 8 * 1024;

    private const ulong UsualSeed = 20261127;

    /// <summary>The thread pool's threads have 1.5 MiB; what fits here fits there.</summary>
    private const int StackBytes = 1024 * 1024;

    /// <summary>Far above what any input of these sizes takes on a busy machine: only a hang, or near one, gets there.</summary>
    private static readonly TimeSpan PerInput = TimeSpan.FromSeconds(60);

    public static int ExtraSeconds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("KUBE1_FUZZ_SECONDS"), out var seconds) ? seconds : 0;

    public static ulong Seed { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable("KUBE1_FUZZ_SEED"), out var seed) ? seed : UsualSeed;

    /// <summary>Runs a target on a thread of its own, which a hang does not take the test run with.</summary>
    public static void Check(FuzzTarget target)
    {
        TestContext.Out.WriteLine($"{target.Name}: KUBE1_FUZZ_SEED={Seed}");
        Sample? current = null;
        Exception? failure = null;
        var thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "fuzz " + target.Name };
        thread.Start();
        // All inputs together may take as long as they like; it hangs when it is still at the one of a while ago.
        for (Sample? before = null; !thread.Join(2 * PerInput); before = current)
        {
            if (before == current)
            {
                Assert.Fail($"{target.Name} has not come back from {current}");
            }
        }

        if (failure is not null)
        {
            Assert.Fail($"{target.Name}: {failure.Message}");
        }

        void Run()
        {
            try
            {
                RunAll(target, sample => current = sample);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }
    }

    /// <summary>A property of what was decoded.</summary>
    public static void Require(bool holds, string property)
    {
        if (!holds)
        {
            throw new FuzzException(property);
        }
    }

    private static void RunAll(FuzzTarget target, Action<Sample> enter)
    {
        foreach (var bytes in target.Corpus)
        {
            Judge(target, new Sample(bytes), enter);
        }

        var mutator = new Mutator([.. target.Corpus.Where(bytes => bytes.Length <= MaxMutatedBytes)], target.Words);
        var samples = Arb.From(
            Gen.Sized(size => Gen.Choose(0, int.MaxValue).Select(seed => new Sample(mutator.Make(seed, size)))),
            sample => sample.Smaller());
        var property = Prop.ForAll(samples, sample => Judge(target, sample, enter));
        var clock = Stopwatch.StartNew();
        var seed = Seed;
        do
        {
            var replay = FSharpOption<Replay>.Some(new Replay(new Rnd(seed), FSharpOption<int>.None));
            property.Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(CasesPerRound).WithReplay(replay));
            seed++;
        }
        while (clock.Elapsed.TotalSeconds < ExtraSeconds);
    }

    private static void Judge(FuzzTarget target, Sample sample, Action<Sample> enter)
    {
        enter(sample);
        var began = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Decode(sample.Bytes);
        }
        catch (Exception e) when (target.MayThrow(e))
        {
            // Refused as it should be.
        }
        catch (Exception e)
        {
            throw new FuzzException($"{e.GetType().Name} for {sample}\n{e}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Require(
            allocated <= target.FloorBytes + ((long)target.BytesPerByte * sample.Bytes.Length),
            $"allocates {allocated} bytes for {sample}");
        Require(Stopwatch.GetElapsedTime(began) < PerInput, $"takes {Stopwatch.GetElapsedTime(began)} for {sample}");
    }
}

/// <summary>A decoder broke a promise.</summary>
internal sealed class FuzzException(string message) : Exception(message);
