using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Kube1.EndToEnd.Kit;

/// <summary>
/// A program on a real pseudo-terminal, made by script(1), which is on every Debian. What the program prints and what the
/// terminal echoes come as one text.
/// </summary>
internal sealed partial class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _script;
    private readonly StringBuilder _shown = new();
    private int _read;
    private string _device = "";

    private Terminal(Process script) => _script = script;

    /// <summary>Starts the program on a terminal of 24 rows and 80 columns.</summary>
    public static async Task<Terminal> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell tells the terminal's name, waits until it has its size, and then becomes the program.
        var command = string.Join(' ', arguments.Prepend(program).Select(a => $"'{a.Replace("'", "'\\''")}'"));
        var terminal = new Terminal(Programs.Start(
            "script", ["--quiet", "--return", "--command", $"tty; read -r go; exec {command}", "/dev/null"], environment));
        terminal._device = (await terminal.UntilAsync(DeviceName())).Value;
        await terminal.ResizeAsync(24, 80);
        await terminal.TypeAsync("\n");
        return terminal;
    }

    /// <summary>Everything shown so far.</summary>
    public string Shown => _shown.ToString();

    /// <summary>Presses keys; "\n" is Enter, "\u0003" Ctrl-C, "\u0004" Ctrl-D.</summary>
    public async Task TypeAsync(string keys)
    {
        await _script.StandardInput.WriteAsync(keys);
        await _script.StandardInput.FlushAsync();
    }

    /// <summary>Waits for a text after those that were waited for before.</summary>
    public async Task<Match> UntilAsync(Regex expected)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var buffer = new char[4096];
        while (true)
        {
            var match = expected.Match(_shown.ToString(), _read);
            if (match.Success)
            {
                _read = match.Index + match.Length;
                return match;
            }

            try
            {
                var count = await _script.StandardOutput.ReadAsync(buffer, limit.Token);
                Assert.That(count, Is.Positive, $"it ended before it showed {expected}:\n{_shown}");
                _shown.Append(buffer, 0, count);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{expected} was never shown:\n{_shown}");
            }
        }
    }

    /// <summary>Changes the size, as a user does with the window's corner; the program gets SIGWINCH.</summary>
    public async Task ResizeAsync(int rows, int columns)
    {
        var result = await Programs.RunAsync("stty", ["-F", _device, "rows", $"{rows}", "columns", $"{columns}"]);
        Assert.That(result.ExitCode, Is.Zero, $"stty: {result}");
    }

    /// <summary>Waits for the program's end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        _shown.Append(await _script.StandardOutput.ReadToEndAsync(limit.Token));
        await _script.WaitForExitAsync(limit.Token);
        return _script.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_script.HasExited)
        {
            _script.Kill(entireProcessTree: true);
            await _script.WaitForExitAsync();
        }

        _script.Dispose();
    }

    [GeneratedRegex(@"/dev/pts/\d+(?=\r?\n)")]
    private static partial Regex DeviceName();
}
