using Kube1.Testing.Storage;

namespace Kube1.Tests.Storage;

/// <summary>The short form; Kube1.EndToEnd has the one with hundreds of kills.</summary>
public sealed class StoreCrashTests
{
    private const int Rounds = 15;

    [Test]
    public async Task Store_KilledUnderLoad_KeepsWhatItAcknowledged()
    {
        string directory = Directory.CreateTempSubdirectory("kube1-crash-").FullName;
        try
        {
            var trial = new StoreCrashTrial(
                Path.Combine(AppContext.BaseDirectory, "Kube1.Benchmarks"), directory, Environment.TickCount);
            for (int round = 0; round < Rounds; round++)
            {
                await trial.RunRoundAsync(CancellationToken.None);
            }
            Assert.That(trial.AcknowledgedWrites, Is.GreaterThan(Rounds), "there was load");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
