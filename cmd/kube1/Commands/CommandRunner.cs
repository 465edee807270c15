using System.CommandLine;
using System.Runtime.InteropServices;
using Kube1.Api.Errors;
using Kube1.Client;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Supervision;

namespace Kube1.Cmd.Commands;

/// <summary>
/// Runs a command's work: cancelled by SIGINT and SIGTERM, an expected failure printed as one sentence with exit code 1.
/// </summary>
internal static class CommandRunner
{
    public static void SetWork(this Command command, Func<ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction(async (parsed, _) => await RunAsync(command.Name, ct => work(parsed, ct)));

    private static async Task<int> RunAsync(string name, Func<CancellationToken, Task<int>> work)
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception e) when (IsExpected(e))
        {
            await Console.Error.WriteLineAsync($"kube1 {name}: {e.Message}");
            return 1;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Failures whose message is written for the person at the terminal; all others are bugs and show their stack.</summary>
    private static bool IsExpected(Exception e) => e is ConfigException or RoleFailedException or CommandException or ApiException
        or HttpRequestException or KubeconfigException or Cluster.Pki.PkiException or Cluster.Join.JoinException
        or Storage.StoreOpenException or IOException or UnauthorizedAccessException;
}

/// <summary>A command that cannot do what it was asked: one sentence that names the fix.</summary>
internal sealed class CommandException(string message) : Exception(message);
