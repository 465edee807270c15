using System.Net;
using Kube1.Testing;

namespace Kube1.Benchmarks.ApiServer;

/// <summary>
/// The API server through its HTTPS port on loopback, over HTTP/2 as client-go speaks it, with clients in the same
/// process: client and server share the machine.
/// </summary>
internal static class ApiServerBenchmark
{
    private const int ObjectSizeBytes = 4096;
    private const int WarmUpCreates = 300;
    private const int SequentialCreates = 1_000;
    private const int ConcurrentClients = 32;
    private const int CreatesPerClient = 200;
    private const int ListedObjects = 5_000;
    private const int Lists = 20;
    private const int Reads = 3_000;
    private const int Watchers = 100;
    private const int FannedOutEvents = 100;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"API server, HTTPS on loopback, ConfigMaps of {ObjectSizeBytes} bytes");
        await MeasureAsync(MeasureWritesAsync);
        await MeasureAsync(MeasureReadsAsync);
        await MeasureAsync(MeasureFanOutAsync);
        await CustomResourceBenchmark.RunAsync(output, cancellationToken);
        await WriteStageBenchmark.RunAsync(output, cancellationToken);
        await WatchBenchmark.RunAsync(output, cancellationToken);
        await AuditBenchmark.RunAsync(output, cancellationToken);

        async Task MeasureAsync(Func<ApiLoad, TextWriter, CancellationToken, Task> measure)
        {
            await using var cluster = await TestCluster.StartAsync(
                new TestClusterOptions { Listen = true, Time = TimeProvider.System }, cancellationToken);
            using var http = cluster.HttpsFor();
            var load = new ApiLoad(
                (request, ct) => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct),
                HttpVersion.Version20, ObjectSizeBytes);
            await measure(load, output, cancellationToken);
        }
    }

    private static async Task MeasureWritesAsync(ApiLoad load, TextWriter output, CancellationToken cancellationToken)
    {
        await load.CreateManyAsync("warm", WarmUpCreates, cancellationToken);
        var sequential = await load.CreateManyAsync("seq", SequentialCreates, cancellationToken);
        await output.WriteLineAsync($"  sequential create        {sequential}");
        var (each, perSecond) = await load.CreateConcurrentlyAsync(
            "c", ConcurrentClients, CreatesPerClient, cancellationToken);
        await output.WriteLineAsync($"  {ConcurrentClients} clients create       {perSecond:F0} /s, {each}");
    }

    private static async Task MeasureReadsAsync(ApiLoad load, TextWriter output, CancellationToken cancellationToken)
    {
        await load.CreateConcurrentlyAsync("l", 10, ListedObjects / 10, cancellationToken);
        const string one = ApiLoad.ConfigMaps + "/l0-1";
        await load.ReadManyAsync(one, 500, cancellationToken);
        var gets = await load.ReadManyAsync(one, Reads, cancellationToken);
        await output.WriteLineAsync($"  sequential get           {gets}");
        await load.ReadManyAsync(ApiLoad.ConfigMaps, 3, cancellationToken);
        var lists = await load.ReadManyAsync(ApiLoad.ConfigMaps, Lists, cancellationToken);
        await output.WriteLineAsync($"  list of {ListedObjects}             {lists}");
        var pages = await load.ReadManyAsync(ApiLoad.ConfigMaps + "?limit=500", Lists, cancellationToken);
        await output.WriteLineAsync($"  page of 500              {pages}");
    }

    private static async Task MeasureFanOutAsync(ApiLoad load, TextWriter output, CancellationToken cancellationToken)
    {
        await load.CreateManyAsync("warm", 50, cancellationToken);
        var all = await load.FanOutAsync(Watchers, FannedOutEvents, cancellationToken);
        await output.WriteLineAsync($"  create to {Watchers} watchers   {all}");
    }
}
