using System.Diagnostics;
using System.Text;

namespace Kube1.Testing.Processes;

/// <summary>What a program printed and how it ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";
}

/// <summary>Runs programs to their end, with a bound on the time.</summary>
internal static class Programs
{
    /// <summary>Far above what any command needs; a hang fails the test instead of the run.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(120);

    /// <summary>What a killed program had printed is there at once, unless a child of it holds the pipe.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(15);

    public static async Task<ProgramResult> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, TimeSpan? limit = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, environment);
        using var deadline = new CancellationTokenSource(limit ?? DefaultLimit, TimeProvider.System);
        using var reading = new CancellationTokenSource();
        var output = process.StandardOutput.ReadToEndAsync(reading.Token);
        var errors = process.StandardError.ReadToEndAsync(reading.Token);
        try
        {
            await GiveAsync(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new ProgramResult(process.ExitCode, await output.WaitAsync(deadline.Token), await errors.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            reading.CancelAfter(LastWords);
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} did not end in time\n{await OrNothingAsync(output)}\n{await OrNothingAsync(errors)}");
        }
    }

    private static async Task GiveAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, or closed its input, before it had read all: why is in what it printed.
        }
    }

    private static async Task<string> OrNothingAsync(Task<string> text)
    {
        try
        {
            return await text;
        }
        catch (OperationCanceledException)
        {
            return "(whoever it left behind still holds its output)";
        }
    }

    /// <summary>Starts a program that goes on beside the caller; who disposes it.</summary>
    public static Process Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
