using System.Net;
using System.Text;
using Kube1.Testing;

namespace Kube1.Benchmarks.ApiServer;

/// <summary>
/// The same objects as ConfigMaps and as custom objects of a schema with a map, side by side: a custom resource is to cost no
/// more to read, list and watch, and at most twice as much to write.
/// </summary>
internal static class CustomResourceBenchmark
{
    private const int ObjectSizeBytes = 4096;
    private const int WarmUps = 500;
    private const int Creates = 1_000;
    private const int Reads = 3_000;
    private const int Lists = 40;
    private const int Watchers = 50;
    private const int Events = 100;

    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.bench.example.com"},
         "spec":{"group":"bench.example.com","scope":"Namespaced","names":{"plural":"boxes","kind":"Box"},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
            "properties":{"data":{"type":"object","additionalProperties":{"type":"string"}}}}}}]}}
        """;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"Custom objects beside ConfigMaps, HTTPS on loopback, {ObjectSizeBytes} bytes each");
        await using var cluster = await TestCluster.StartAsync(
            new TestClusterOptions { Listen = true, Time = TimeProvider.System }, cancellationToken);
        using var http = cluster.HttpsFor();
        await DefineAsync(http, cancellationToken);
        ApiLoad[] loads =
        [
            new(Send, HttpVersion.Version20, ObjectSizeBytes),
            new(Send, HttpVersion.Version20, ObjectSizeBytes)
            {
                Collection = "apis/bench.example.com/v1/namespaces/default/boxes",
                Kind = "\"apiVersion\":\"bench.example.com/v1\",\"kind\":\"Box\",",
            },
        ];
        foreach (var load in loads)
        {
            await load.CreateManyAsync("warm", WarmUps, cancellationToken);
        }

        await RowAsync("sequential create", load => load.CreateManyAsync("c", Creates, cancellationToken));
        await RowAsync("sequential get", load => load.ReadManyAsync(load.Collection + "/c-1", Reads, cancellationToken));
        await RowAsync($"list of {WarmUps + Creates}", load => load.ReadManyAsync(load.Collection, Lists, cancellationToken));
        await RowAsync($"create to {Watchers} watchers", load => load.FanOutAsync(Watchers, Events, cancellationToken));

        Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct) =>
            http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);

        async Task RowAsync(string name, Func<ApiLoad, Task<Timings>> measure)
        {
            await output.WriteLineAsync($"  {name,-24} ConfigMap {await measure(loads[0])}");
            await output.WriteLineAsync($"  {"",-24} custom    {await measure(loads[1])}");
        }
    }

    private static async Task DefineAsync(HttpClient http, CancellationToken cancellationToken)
    {
        const string definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        using var content = new StringContent(Definition, Encoding.UTF8, "application/json");
        using var created = await http.PostAsync(new Uri(definitions, UriKind.Relative), content, cancellationToken);
        created.EnsureSuccessStatusCode();
        using var watch = await http.GetAsync(
            new Uri(definitions + "?watch=1&resourceVersion=0", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line
            && !line.Contains("InitialNamesAccepted", StringComparison.Ordinal))
        {
            // Served from the event on that says so.
        }
    }
}
