using System.Diagnostics;

namespace Kube1.EndToEnd.Kit;

/// <summary>
/// A cluster of the published program on this machine, with a data directory, ports and ranges of its own, and the real
/// kubectl against it. Disposing uninstalls it.
/// </summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(120);

    /// <summary>For what takes seconds; and the pause between two looks.</summary>
    private static readonly TimeSpan ComesWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly ServerProcess _server;

    private LiveCluster(ServerProcess server, string kubectl)
    {
        _server = server;
        KubectlPath = kubectl;
    }

    public string DataDirectory => _server.DataDirectory;

    /// <summary>The API server's port.</summary>
    public int Port => _server.Port;

    public string Kubeconfig => _server.Kubeconfig;

    public string KubectlPath { get; }

    public int ServerProcessId => _server.Id;

    /// <summary>Everything the server has logged so far.</summary>
    public string Log => _server.Log;

    /// <summary>Starts a cluster and waits until its node is Ready.</summary>
    /// <param name="archives">Image archives that the cluster finds in its images folder.</param>
    public static Task<LiveCluster> StartAsync(params (string Name, Action<Stream> Write)[] archives) =>
        StartAsync([], archives);

    /// <summary>The same with more flags for the server.</summary>
    public static async Task<LiveCluster> StartAsync(
        IReadOnlyList<string> flags, params (string Name, Action<Stream> Write)[] archives)
    {
        var kubectl = await KubectlPackage.KubectlAsync();
        var cluster = new LiveCluster(await ServerProcess.PrepareAsync(flags, archives), kubectl);
        try
        {
            cluster._server.Start();
            await cluster.WaitUntilReadyAsync();
            return cluster;
        }
        catch
        {
            await TestContext.Out.WriteLineAsync(cluster.Log);
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the node is Ready, as `build.sh up` does.</summary>
    public async Task WaitUntilReadyAsync()
    {
        var result = await _server.WaitUntilReadyAsync(ReadyWithin);
        Assert.That(result.ExitCode, Is.Zero, $"kube1 wait: {result}\n{Log}");
    }

    /// <summary>Runs kubectl; a failure fails the test with what it printed.</summary>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var result = await TryKubectlAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }

    /// <summary>
    /// Runs `kubectl get` until what it prints is as expected: for conditions that `kubectl wait` cannot state, such as how
    /// many objects match a selector.
    /// </summary>
    public Task UntilAsync(Predicate<string> holds, params string[] arguments) =>
        // What is asked for may not be there yet, or no longer, which is an error to kubectl.
        UntilResultAsync(result => result.ExitCode == 0 && holds(result.Output), arguments);

    /// <summary>Runs kubectl until it ends as expected, and returns how.</summary>
    public async Task<ProgramResult> UntilResultAsync(Predicate<ProgramResult> holds, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(ComesWithin, TimeProvider.System);
        using var clock = new PeriodicTimer(LookEvery, TimeProvider.System);
        while (true)
        {
            var result = await TryKubectlAsync(arguments);
            if (holds(result))
            {
                return result;
            }

            Assert.That(limit.IsCancellationRequested, Is.False, $"kubectl {string.Join(' ', arguments)}: still {result}");
            await clock.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until a Service has as many ready endpoints.</summary>
    public Task UntilEndpointsAsync(string space, string service, int count) => UntilAsync(
        ready => ready.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(r => r == "true") == count,
        "--namespace", space, "get", "endpointslices", "-l", "kubernetes.io/service-name=" + service,
        "-o", "jsonpath={.items[*].endpoints[*].conditions.ready}");

    /// <summary>
    /// Waits until each endpoint of a Service answers, and the Service too: a pod without a probe is ready before its
    /// server listens, and the rules of the Service follow its endpoints.
    /// </summary>
    public async Task<Uri> UntilServedAsync(string space, string service, string path)
    {
        var endpoints = await KubectlAsync(
            "--namespace", space, "get", "endpointslices", "-l", "kubernetes.io/service-name=" + service, "-o",
            "jsonpath={range .items[*]}{.endpoints[*].addresses[0]}:{.ports[0].port}{end}");
        var (addresses, port) = (endpoints.Split(':')[0].Split(' '), endpoints.Split(':')[1]);
        foreach (var address in addresses)
        {
            await ServiceCaller.UntilAnswersAsync(new Uri($"http://{address}:{port}{path}"));
        }

        var entry = await KubectlAsync(
            "--namespace", space, "get", "service", service, "-o", "jsonpath={.spec.clusterIP}:{.spec.ports[0].port}");
        var uri = new Uri($"http://{entry}{path}");
        await ServiceCaller.UntilAnswersAsync(uri);
        return uri;
    }

    /// <summary>Runs kubectl and returns how it ended.</summary>
    public Task<ProgramResult> TryKubectlAsync(params string[] arguments) => TryKubectlAsync(arguments, null);

    /// <summary>Runs kubectl with something on its standard input.</summary>
    public Task<ProgramResult> TryKubectlAsync(
        IEnumerable<string> arguments, string? input, TimeSpan? limit = null,
        IReadOnlyDictionary<string, string>? environment = null) =>
        Programs.RunAsync(KubectlPath, ["--kubeconfig", Kubeconfig, .. arguments], input, limit, WithCache(environment));

    /// <summary>Starts a kubectl that goes on beside the test (logs -f, port-forward); the caller kills it.</summary>
    public Process StartKubectl(params string[] arguments) => StartKubectl(arguments, null);

    /// <summary>The same with more variables in its environment.</summary>
    public Process StartKubectl(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment) =>
        Programs.Start(KubectlPath, ["--kubeconfig", Kubeconfig, .. arguments], WithCache(environment));

    /// <summary>
    /// The environment of a client of this cluster: kubectl and Helm keep what discovery said by address, and another
    /// cluster may have had this one's.
    /// </summary>
    public IReadOnlyDictionary<string, string> WithCache(IReadOnlyDictionary<string, string>? environment = null) =>
        new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["KUBECACHEDIR"] = Path.Combine(DataDirectory, "kubectl-cache"),
        };

    /// <summary>Kills the server as a power cut would, and starts it anew.</summary>
    public async Task CrashAndRestartAsync()
    {
        await CrashAsync();
        await StartAgainAsync();
    }

    /// <summary>Kills the server as a power cut would; its containers go on.</summary>
    public Task CrashAsync() => _server.KillAsync();

    /// <summary>Asks the server to stop, as an init system does, and returns its exit code.</summary>
    /// <exception cref="OperationCanceledException">It did not stop within the limit.</exception>
    public Task<int> StopAsync(TimeSpan limit) => _server.StopAsync(limit);

    /// <summary>Starts the server that was stopped or killed, with the same arguments.</summary>
    public async Task StartAgainAsync()
    {
        _server.Start();
        await WaitUntilReadyAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
