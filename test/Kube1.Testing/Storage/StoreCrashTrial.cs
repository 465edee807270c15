using System.Diagnostics;
using System.Globalization;

namespace Kube1.Testing.Storage;

/// <summary>
/// Starts <see cref="StoreCrashWorker"/> on one directory again and again, kills it with SIGKILL at random instants, and
/// checks what the next one finds: every acknowledged write is there, the last one that was under way is whole or absent,
/// and no revision ever means two writes.
/// </summary>
public sealed class StoreCrashTrial(string workerPath, string directoryPath, int seed)
{
    private const int MaxMsBeforeKill = 120;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, UnitState> _units = [];
    private readonly Dictionary<long, string> _writeOfRevision = [];
    private int _round;

    /// <summary>Writes that were acknowledged in all rounds.</summary>
    public int AcknowledgedWrites { get; private set; }

    /// <summary>Writes that were cut off and found whole afterwards.</summary>
    public int SurvivingUnacknowledgedWrites { get; private set; }

    /// <summary>Rounds in which the kill came after acknowledged durable writes, with more of them under way.</summary>
    public int KillsUnderLoad { get; private set; }

    /// <summary>Rounds in which the worker was killed while it opened the store.</summary>
    public int KillsWhileOpening { get; private set; }

    /// <summary>One start, check and kill.</summary>
    /// <exception cref="InvalidOperationException">The store broke a promise.</exception>
    public async Task RunRoundAsync(CancellationToken cancellationToken)
    {
        _round++;
        using Process worker = Process.Start(new ProcessStartInfo(
            workerPath,
            ["store-crash-worker", directoryPath, _round.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{workerPath} does not start.");
        Task<string> errors = worker.StandardError.ReadToEndAsync(cancellationToken);
        var lines = new List<string>();
        try
        {
            bool killEarly = _random.Next(15) == 0;
            string sign = StoreCrashWorker.IsRelaxedOnly(_round) ? "A l" : "A s";
            if (!killEarly && !await ReadUntilAsync(worker, sign, lines, cancellationToken).ConfigureAwait(false))
            {
                throw Broken($"the worker failed: {await errors.ConfigureAwait(false)}");
            }
            await Task.Delay(
                TimeSpan.FromMilliseconds(_random.Next(MaxMsBeforeKill)), TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            worker.Kill();
        }
        while (await worker.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lines.Add(line);
        }
        await worker.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        Check(lines);
    }

    private static async Task<bool> ReadUntilAsync(
        Process worker, string sign, List<string> lines, CancellationToken cancellationToken)
    {
        while (await worker.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lines.Add(line);
            if (line.StartsWith(sign, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    private void Check(List<string> lines)
    {
        int ready = lines.IndexOf("R");
        if (ready < 0)
        {
            KillsWhileOpening++;
            return;
        }
        CheckFound(lines[..ready]);
        KillsUnderLoad += lines.Exists(line => line.StartsWith("A s", StringComparison.Ordinal)) ? 1 : 0;
        // The kill may have cut the last line.
        foreach (string line in lines[(ready + 1)..])
        {
            string[] words = line.Split(' ');
            UnitState unit = Unit(words[1]);
            if (words[0] == "B")
            {
                unit.Begin(words[2] == "delete" ? 0 : Number(words[3]));
                continue;
            }
            AcknowledgedWrites++;
            for (int i = 2; i < words.Length; i++)
            {
                Use(Number(words[i]), $"{words[1]} {unit.Pending} {i}");
            }
            unit.Acknowledge();
        }
    }

    private void CheckFound(List<string> lines)
    {
        long revision = Number(lines[0].Split(' ')[1]);
        long highest = _writeOfRevision.Keys.DefaultIfEmpty().Max();
        if (revision < highest)
        {
            throw Broken($"it starts at revision {revision} but has used {highest}");
        }
        var found = new Dictionary<string, long>();
        foreach (string line in lines[1..])
        {
            string[] words = line.Split(' ');
            (string key, long sequence) = (words[1], Number(words[2]));
            if (sequence < 0)
            {
                throw Broken($"{key} is not whole");
            }
            found[key] = sequence;
            string unit = key[0] == 'p' ? key[..^1] : key;
            Use(Number(words[3]), $"{unit} {sequence} {(key[^1] == 'b' ? 3 : 2)}");
        }
        for (int i = 0; i < StoreCrashWorker.Writers; i++)
        {
            if (found.GetValueOrDefault($"p{i}a") != found.GetValueOrDefault($"p{i}b"))
            {
                throw Broken($"half of a transaction of p{i} is there");
            }
            Settle($"p{i}", found.GetValueOrDefault($"p{i}a"));
            Settle($"s{i}", found.GetValueOrDefault($"s{i}"));
        }
        // Relaxed: an older value is allowed, one that was never written is not.
        Unit("l").Restore(found.GetValueOrDefault("l"), () => Broken("l has a value that nobody wrote"));
    }

    private void Settle(string name, long sequence)
    {
        UnitState unit = Unit(name);
        if (sequence != unit.Acknowledged && unit.Pending is { } pending && sequence == pending)
        {
            SurvivingUnacknowledgedWrites++;
            unit.Acknowledge();
        }
        if (sequence != unit.Acknowledged)
        {
            throw Broken(
                $"{name} is {sequence}, acknowledged was {unit.Acknowledged}, under way was {unit.Pending ?? -1}");
        }
        unit.Settle();
    }

    private void Use(long revision, string write)
    {
        if (_writeOfRevision.TryGetValue(revision, out string? other) && other != write)
        {
            throw Broken($"revision {revision} is both '{other}' and '{write}'");
        }
        _writeOfRevision[revision] = write;
    }

    private UnitState Unit(string name)
    {
        if (!_units.TryGetValue(name, out UnitState? unit))
        {
            _units.Add(name, unit = new UnitState());
        }
        return unit;
    }

    private InvalidOperationException Broken(string what) => new($"Round {_round} of seed {seed}: {what}.");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A key, or a pair of keys, that one writer changes, one write at a time. 0 is absent.</summary>
    private sealed class UnitState
    {
        private readonly HashSet<long> _begun = [0];

        public long Acknowledged { get; private set; }

        public long? Pending { get; private set; }

        public void Begin(long sequence)
        {
            _begun.Add(sequence);
            Pending = sequence;
        }

        public void Acknowledge()
        {
            Acknowledged = Pending ?? throw new InvalidOperationException("An acknowledgement without a write.");
            Pending = null;
        }

        /// <summary>After a crash the write that was under way has happened or never will.</summary>
        public void Settle() => Pending = null;

        public void Restore(long sequence, Func<Exception> broken)
        {
            if (!_begun.Contains(sequence))
            {
                throw broken();
            }
            Acknowledged = sequence;
            Pending = null;
        }
    }
}
