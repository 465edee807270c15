using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Kube1.Testing.Processes;

/// <summary>
/// A `kube1 server` of the published program, with a data directory, ports and ranges of its own, so that several can
/// be on one machine. Disposing uninstalls it.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Beside what `kube1 wait` is told to wait: for it to start and to end.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _log = new();
    private readonly IReadOnlyList<string> _arguments;
    private Process? _process;

    private ServerProcess(string dataDirectory, IReadOnlyList<string> flags)
    {
        DataDirectory = dataDirectory;
        Port = TestNetwork.NextPort();
        // Clusters may stand side by side. SecondHost has the networks after these.
        var range = TestNetwork.NextRange(100, 80);
        _arguments =
        [
            "server", "--data-dir", dataDirectory, "--https-listen-port", $"{Port}", "--kubelet-port", $"{TestNetwork.NextPort()}",
            "--cluster-cidr", $"10.{range}.0.0/17", "--service-cidr", $"10.{range}.128.0/20",
            "--write-kubeconfig", Kubeconfig, "--node-name", "server", .. flags,
        ];
    }

    public string DataDirectory { get; }

    /// <summary>The API server's port.</summary>
    public int Port { get; }

    /// <summary>The administrator's kubeconfig, which the server writes.</summary>
    public string Kubeconfig => Path.Combine(DataDirectory, "admin.yaml");

    public int Id => Running.Id;

    public bool HasExited => Running.HasExited;

    /// <summary>Everything the server has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    private Process Running => _process ?? throw new InvalidOperationException("the server was not started");

    /// <summary>Makes the data directory; the server is not started yet.</summary>
    /// <param name="flags">More flags for the server.</param>
    /// <param name="archives">Image archives that it finds in its images folder.</param>
    public static async Task<ServerProcess> PrepareAsync(
        IReadOnlyList<string> flags, params IReadOnlyList<(string Name, Action<Stream> Write)> archives)
    {
        if (!File.Exists(Checkout.Program))
        {
            throw new InvalidOperationException($"{Checkout.Program} is missing: run `./build.sh build` first");
        }

        var directory = Directory.CreateTempSubdirectory("kube1-e2e-").FullName;
        RuntimeUnderTest.LinkInto(directory);
        var images = Directory.CreateDirectory(Path.Combine(directory, "images")).FullName;
        foreach (var (name, write) in archives)
        {
            await using var file = File.Create(Path.Combine(images, name));
            write(file);
        }

        return new ServerProcess(directory, flags);
    }

    /// <summary>Starts the server, also one that was stopped or killed, with the same arguments.</summary>
    public void Start()
    {
        _process?.Dispose();
        _process = Programs.Start(Checkout.Program, _arguments);
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until the node is Ready, as `build.sh up` does.</summary>
    public Task<ProgramResult> WaitUntilReadyAsync(TimeSpan limit) => Programs.RunAsync(
        Checkout.Program,
        [
            "wait", "--data-dir", DataDirectory, "--timeout",
            string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds}s"),
        ],
        limit: limit + Allowance);

    /// <summary>Kills the server as a power cut would; its containers go on.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await Running.WaitForExitAsync();
    }

    /// <summary>Asks the server to stop, as an init system does, and returns its exit code.</summary>
    /// <exception cref="OperationCanceledException">It did not stop within the limit.</exception>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit, TimeProvider.System);
        await Programs.RunAsync("/bin/kill", ["-TERM", $"{Id}"]);
        await Running.WaitForExitAsync(deadline.Token);
        return Running.ExitCode;
    }

    /// <exception cref="InvalidOperationException">`kube1 uninstall` failed.</exception>
    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(DataDirectory))
        {
            return;
        }

        var result = await Programs.RunAsync(Checkout.Program, ["uninstall", "--yes", "--data-dir", DataDirectory]);
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"kube1 uninstall: {result}\n{Log}");
        }
    }

    private void Append(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
