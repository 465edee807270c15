using Kube1.Testing.Storage;

namespace Kube1.EndToEnd.Storage;

public sealed class StoreCrashTests
{
    /// <summary>Stores that are tried side by side: most of a round is the start of a process, which one core does.</summary>
    private const int Trials = 2;

    private const int KillsUnderLoad = 200 / Trials;

    /// <summary>More rounds than this would mean that the worker hardly ever gets to work.</summary>
    private const int MaxRounds = 2 * KillsUnderLoad;

    [Test]
    public async Task Store_KilledHundredsOfTimesUnderLoad_KeepsWhatItAcknowledged() =>
        await Task.WhenAll(Enumerable.Range(0, Trials).Select(i => RunTrialAsync(unchecked(Environment.TickCount + i))));

    private static async Task RunTrialAsync(int seed)
    {
        string directory = Directory.CreateTempSubdirectory("kube1-crash-").FullName;
        try
        {
            var trial = new StoreCrashTrial(
                Path.Combine(AppContext.BaseDirectory, "Kube1.Benchmarks"), directory, seed);
            int rounds = 0;
            for (; trial.KillsUnderLoad < KillsUnderLoad && rounds < MaxRounds; rounds++)
            {
                await trial.RunRoundAsync(CancellationToken.None);
            }
            await TestContext.Out.WriteLineAsync(
                $"{rounds} kills, {trial.KillsUnderLoad} of them under load and {trial.KillsWhileOpening} while opening, "
                + $"{trial.AcknowledgedWrites} acknowledged writes, {trial.SurvivingUnacknowledgedWrites} "
                + "unacknowledged ones found whole");
            Assert.That(trial.KillsUnderLoad, Is.EqualTo(KillsUnderLoad));
            Assert.That(trial.AcknowledgedWrites, Is.GreaterThan(KillsUnderLoad * 10), "there was load");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
