using System.Diagnostics;
using System.Text;

namespace Kube1.EndToEnd.Kit;

/// <summary>A program that goes on beside the test, read line by line; disposing kills it.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    public RunningProgram(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>What it has written to its standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Writes to its standard input.</summary>
    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next line of its output; null at the end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            return await _process.StandardOutput.ReadLineAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no line came in {Limit.TotalSeconds} s; errors: {Errors}");
            throw;
        }
    }

    /// <summary>Waits until its standard error has a text.</summary>
    public async Task UntilErrorsAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var clock = new PeriodicTimer(LookEvery, TimeProvider.System);
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            Assert.That(limit.IsCancellationRequested, Is.False, $"it never wrote '{text}'; errors: {Errors}");
            await clock.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits for its end, reads the rest of its output and returns how it ended.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        _process.StandardInput.Close();
        var output = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return new ProgramResult(_process.ExitCode, output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
