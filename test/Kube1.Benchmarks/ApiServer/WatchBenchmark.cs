using System.Diagnostics;
using System.Net;
using System.Text;
using Kube1.Testing;

namespace Kube1.Benchmarks.ApiServer;

/// <summary>
/// What open watches cost the server: 10,000 over HTTP/2, a thousand a connection, held by another process so that only
/// the server's side is counted.
/// </summary>
internal static class WatchBenchmark
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const int Watches = 10_000;
    private const int OpenAtOnce = 200;
    private const int Events = 20;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var cluster = await TestCluster.StartAsync(
            new TestClusterOptions { Listen = true, Time = TimeProvider.System }, cancellationToken).ConfigureAwait(false);
        await using var closing = cluster.ConfigureAwait(false);
        using (var warming = StartClient(cluster.Address, 100, 1))
        {
            await ExpectAsync(warming, "open", cancellationToken).ConfigureAwait(false);
            await CreateAsync(cluster, "warm", cancellationToken).ConfigureAwait(false);
            await ExpectAsync(warming, "done", cancellationToken).ConfigureAwait(false);
        }

        var (heapBefore, residentBefore) = Memory();
        // Each watch begins with what is there, the object of the warming.
        using var client = StartClient(cluster.Address, Watches, Events + 1);
        await ExpectAsync(client, "open", cancellationToken).ConfigureAwait(false);
        var (heap, resident) = Memory();
        await output.WriteLineAsync(
            $"  {Watches} watches            heap {(heap - heapBefore) / Watches} bytes a watch, resident "
            + $"{(resident - residentBefore) / Watches} bytes a watch, {(resident - residentBefore) / (1024 * 1024)} MB in all")
            .ConfigureAwait(false);

        using var process = Process.GetCurrentProcess();
        var busy = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Events; i++)
        {
            await CreateAsync(cluster, $"event-{i}", cancellationToken).ConfigureAwait(false);
        }

        await ExpectAsync(client, "done", cancellationToken).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        await output.WriteLineAsync(
            $"  {Events} events to all of them  {elapsed.TotalMilliseconds:F0} ms, "
            + $"{(process.TotalProcessorTime - busy).TotalMicroseconds / (Events * Watches):F1} us of CPU a delivery")
            .ConfigureAwait(false);
    }

    /// <summary>The other process: opens the watches, says "open", reads the events of all, says "done".</summary>
    public static async Task<int> HoldAsync(Uri address, int watches, int events, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false };
        // The server's certificate was made for this run alone, and nobody but it has signed it.
        handler.SslOptions.RemoteCertificateValidationCallback =
            static (_, certificate, _, _) => certificate?.Subject == "CN=kube1-test";
        using var http = new HttpClient(handler)
        {
            BaseAddress = address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var gate = new SemaphoreSlim(OpenAtOnce);
        var opened = await Task.WhenAll(Enumerable.Range(0, watches).Select(async _ =>
        {
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "?watch=1&allowWatchBookmarks=true")
                {
                    Version = http.DefaultRequestVersion,
                    VersionPolicy = http.DefaultVersionPolicy,
                };
                return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        })).ConfigureAwait(false);
        await Console.Out.WriteLineAsync("open").ConfigureAwait(false);
        await Task.WhenAll(opened.Select(async response =>
        {
            using var owned = response;
            using var reader = new StreamReader(
                await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            for (var seen = 0; seen < events;)
            {
                var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw new EndOfStreamException("the watch has ended early");
                seen += line.Contains("\"ADDED\"", StringComparison.Ordinal) ? 1 : 0;
            }
        })).ConfigureAwait(false);
        await Console.Out.WriteLineAsync("done").ConfigureAwait(false);
        return 0;
    }

    private static Process StartClient(Uri address, int watches, int events) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!, ["apiserver-watches", address.ToString(), $"{watches}", $"{events}"])
    {
        RedirectStandardOutput = true,
    })!;

    private static async Task ExpectAsync(Process client, string word, CancellationToken cancellationToken)
    {
        var line = await client.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line != word)
        {
            throw new InvalidOperationException($"the client said \"{line}\" in place of \"{word}\"");
        }
    }

    private static async Task CreateAsync(TestCluster cluster, string name, CancellationToken cancellationToken)
    {
        using var response = await cluster.Http.PostAsync(
            ConfigMaps,
            new StringContent($$$"""{"metadata":{"name":"{{{name}}}"}}""", Encoding.UTF8, "application/json"), cancellationToken)
            .ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
    }

    private static (long Heap, long Resident) Memory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
