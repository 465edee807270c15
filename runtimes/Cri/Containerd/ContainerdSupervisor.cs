using System.Globalization;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Grpc;
using Microsoft.Extensions.Logging;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>
/// Keeps kube1's own containerd running. It outlives kube1: a restarted kube1 adopts it by its pid file, so that
/// neither pods nor containerd notice. A containerd that dies is started again; its shims, and so the containers, go
/// on meanwhile.
/// </summary>
public sealed partial class ContainerdSupervisor(ContainerdOptions options, ILoggerFactory loggers, TimeProvider time)
{
    // Normally ready in 100-300 ms; with thousands of containers to load it takes seconds.
    private static readonly TimeSpan ReadyBound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyStep = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(5);

    // SIGTERM first: containerd closes its database.
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);

    // Having run this long, the next death is a new story.
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private const long MaxLogBytes = 10 * 1024 * 1024;
    private const int LogTailBytes = 4096;

    private readonly ILogger _logger = loggers.CreateLogger<ContainerdSupervisor>();
    private DetachedProcess? _process;

    /// <summary>Where it listens.</summary>
    public RuntimeEndpoint Endpoint => options.Endpoint;

    /// <summary>Adopts the running containerd or starts one; returns when CRI answers.</summary>
    /// <returns>Whether a running one was adopted.</returns>
    /// <exception cref="IOException">It can not be started, or ended while starting: with its last words.</exception>
    public async Task<bool> StartAsync(CancellationToken ct)
    {
        if (options.Problem() is { } problem)
        {
            throw new IOException(problem);
        }

        Directory.CreateDirectory(options.Directory);
        ClearStateOfEarlierBoot();
        var config = await WriteConfigAsync(ct).ConfigureAwait(false);
        if (FindRunning() is { } running)
        {
            if (!config.Changed && await AnswersWithinAsync(running, AnswerBound, ct).ConfigureAwait(false))
            {
                _process = running;
                LogAdopted(running.Pid);
                return true;
            }

            LogReplaced(running.Pid, config.Changed ? "its configuration changed" : "it does not answer");
            await EndAsync(running, ct).ConfigureAwait(false);
        }

        await StartNewAsync(ct).ConfigureAwait(false);
        return false;
    }

    /// <summary>
    /// Starts it unless that was done, and starts it again whenever it ends. Cancelling leaves it running.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = FirstBackoff;
        try
        {
            while (true)
            {
                if (_process is null)
                {
                    await StartAsync(ct).ConfigureAwait(false);
                }

                var since = time.GetTimestamp();
                await _process!.Exited.WaitAsync(ct).ConfigureAwait(false);
                var lived = time.GetElapsedTime(since);
                backoff = lived >= StableAfter ? FirstBackoff : backoff;
                LogDied(_process.Pid, LastWords(), backoff);
                await Task.Delay(backoff, time, ct).ConfigureAwait(false);
                backoff = backoff * 2 < MaxBackoff ? backoff * 2 : MaxBackoff;
                await RestartAsync(ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // kube1 ends; containerd and the pods go on.
        }
    }

    /// <summary>Ends containerd for good, for <c>down</c>. Remove the pods first: their shims stay.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        var process = _process is { Exited.IsCompleted: false } own ? own : FindRunning();
        if (process is { } running)
        {
            await EndAsync(running, ct).ConfigureAwait(false);
        }

        _process = null;
    }

    private async Task RestartAsync(CancellationToken ct)
    {
        try
        {
            await StartAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or RuntimeException)
        {
            // The dead process stays in place: the loop sees it ended, waits longer and tries again.
            LogRestartFailed(e);
        }
    }

    private async Task StartNewAsync(CancellationToken ct)
    {
        RotateLog();
        File.Delete(options.Socket);
        var environment = Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string)e.Value!);
        // containerd finds its shim, and CNI plugins find iptables, by PATH.
        environment["PATH"] = string.Join(':', new[]
        {
            Path.GetDirectoryName(options.Binaries.Containerd),
            environment.GetValueOrDefault("PATH"),
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }.Where(p => !string.IsNullOrEmpty(p)));
        environment.Remove("NOTIFY_SOCKET"); // kube1's own service manager must not hear of containerd's readiness
        var start = time.GetTimestamp();
        _process = DetachedProcess.Start(
            options.Binaries.Containerd, ["--config", options.ConfigFile], environment, options.LogFile);
        var pid = _process.Pid.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(options.PidFile, pid, ct).ConfigureAwait(false);
        if (!await AnswersWithinAsync(_process, ReadyBound, ct).ConfigureAwait(false))
        {
            throw new IOException(_process.Exited.IsCompleted
                ? $"containerd ended while starting: {LastWords()}"
                : $"containerd did not become ready within {ReadyBound.TotalSeconds:0} s; see {options.LogFile}");
        }

        LogStarted(_process.Pid, time.GetElapsedTime(start));
    }

    /// <summary>Whether CRI answers before the time is over and before the process ends.</summary>
    private async Task<bool> AnswersWithinAsync(DetachedProcess process, TimeSpan bound, CancellationToken ct)
    {
        using var channel = new GrpcChannel(options.Endpoint, time);
        var start = time.GetTimestamp();
        while (!process.Exited.IsCompleted && time.GetElapsedTime(start) < bound)
        {
            try
            {
                // A dial to a missing socket fails in microseconds; only then it is tried with HTTP.
                if (File.Exists(options.Socket))
                {
                    await channel
                        .UnaryAsync(CriMethods.Version, new V1.VersionRequest(), RpcCall.Within(AnswerBound), ct)
                        .ConfigureAwait(false);
                    return true;
                }
            }
            catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unimplemented)
            {
                // All services are registered before it listens: this one will not come any more.
                throw new IOException($"containerd runs without its CRI plugin: {LastWords("cri")}", e);
            }
            catch (RuntimeException e) when (e.Code is RuntimeErrorCode.Unavailable or RuntimeErrorCode.Unknown
                or RuntimeErrorCode.DeadlineExceeded)
            {
                // It listens before its CRI part is up; "server is not initialized yet" is Unknown.
            }

            await Task.Delay(ReadyStep, time, ct).ConfigureAwait(false);
        }

        return false;
    }

    private async Task EndAsync(DetachedProcess process, CancellationToken ct)
    {
        process.Terminate();
        try
        {
            await process.Exited.WaitAsync(StopBound, time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.Exited.WaitAsync(ct).ConfigureAwait(false);
        }

        File.Delete(options.PidFile);
    }

    /// <summary>The containerd of this folder, whoever started it.</summary>
    private DetachedProcess? FindRunning()
    {
        if (!File.Exists(options.PidFile)
            || !int.TryParse(File.ReadAllText(options.PidFile), CultureInfo.InvariantCulture, out var pid))
        {
            return null;
        }

        var commandLine = $"/proc/{pid}/cmdline";
        if (DetachedProcess.Open(pid) is not { } process || !File.Exists(commandLine))
        {
            return null;
        }

        // Process ids are used again: the command line tells whether it is ours.
        var arguments = File.ReadAllText(commandLine).Split('\0');
        return arguments.Contains(options.ConfigFile) ? process : null;
    }

    private async Task<(bool Changed, string Text)> WriteConfigAsync(CancellationToken ct)
    {
        var cache = Path.Combine(options.Directory, "containerd.version");
        var version = await ContainerdVersion.ReadAsync(options.Binaries.Containerd, cache, time, ct)
            .ConfigureAwait(false);
        var text = ContainerdConfig.Write(options, HostSupport.Probe(options.Directory), version);
        var old = File.Exists(options.ConfigFile)
            ? await File.ReadAllTextAsync(options.ConfigFile, ct).ConfigureAwait(false)
            : null;
        if (old == text)
        {
            return (false, text);
        }

        await File.WriteAllTextAsync(options.ConfigFile, text, ct).ConfigureAwait(false);
        return (true, text);
    }

    /// <summary>The state directory describes processes and mounts; after a reboot it lies.</summary>
    private void ClearStateOfEarlierBoot()
    {
        var marker = Path.Combine(options.Directory, "boot-id");
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        var known = File.Exists(marker) ? File.ReadAllText(marker) : null;
        if (known == boot)
        {
            return;
        }

        if (known is not null && Directory.Exists(options.State))
        {
            Directory.Delete(options.State, recursive: true);
            File.Delete(options.PidFile);
        }

        File.WriteAllText(marker, boot);
    }

    private void RotateLog()
    {
        if (new FileInfo(options.LogFile) is { Exists: true, Length: > MaxLogBytes })
        {
            File.Move(options.LogFile, options.LogFile + ".1", overwrite: true);
        }
    }

    /// <summary>The last line of the log, or the last that speaks of something.</summary>
    private string LastWords(string about = "")
    {
        if (!File.Exists(options.LogFile))
        {
            return "it left no log";
        }

        using var file = new FileStream(options.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(Math.Max(0, file.Length - LogTailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.LastOrDefault(l => l.Contains(about, StringComparison.Ordinal)) ?? "it left no log";
    }
}
