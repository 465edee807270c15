using System.Net;
using Kube1.ApiServer.Audit;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Benchmarks.ApiServer;

/// <summary>What the audit log costs: the same requests without it, at the level Metadata and with all objects.</summary>
internal static class AuditBenchmark
{
    private const int ObjectSizeBytes = 4096;
    private const int WarmUps = 500;
    private const int Reads = 3_000;
    private const int Creates = 1_000;

    /// <summary>Prints a row for each level.</summary>
    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"Audit log to a file, blocking; HTTPS on loopback, ConfigMaps of {ObjectSizeBytes} bytes");
        // The first run warms the process up, and is not shown.
        await MeasureAsync("", TextWriter.Null, cancellationToken);
        foreach (var level in new[] { "", "None", "Metadata", "RequestResponse" })
        {
            await MeasureAsync(level, output, cancellationToken);
        }
    }

    private static async Task MeasureAsync(string level, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("kube1-bench-");
        var cluster = await TestCluster.StartAsync(
            new TestClusterOptions
            {
                Listen = true,
                Time = TimeProvider.System,
                Configure = server => server with { Audit = Open(directory.FullName, level) },
            },
            cancellationToken);
        await using (cluster)
        {
            using var http = cluster.HttpsFor();
            var load = new ApiLoad(
                (request, ct) => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct),
                HttpVersion.Version20, ObjectSizeBytes);
            await load.CreateManyAsync("warm", WarmUps, cancellationToken);
            const string one = ApiLoad.ConfigMaps + "/warm-0";
            await load.ReadManyAsync(one, WarmUps, cancellationToken);
            var name = level.Length == 0 ? "off" : level;
            await output.WriteLineAsync($"  {name,-16} get     {await load.ReadManyAsync(one, Reads, cancellationToken)}");
            await output.WriteLineAsync($"  {name,-16} create  {await load.CreateManyAsync("c", Creates, cancellationToken)}");
        }

        directory.Delete(recursive: true);
    }

    private static Auditor? Open(string directory, string level)
    {
        var policy = Path.Combine(directory, "policy.yaml");
        File.WriteAllText(policy, $"{{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{{level: {level}}}]}}");
        var options = new AuditOptions { PolicyFile = policy, Log = new() { Path = Path.Combine(directory, "audit.log") } };
        return level.Length == 0 ? null : Auditor.Open(options, TimeProvider.System, NullLoggerFactory.Instance);
    }
}
