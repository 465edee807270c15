using Kube1.ApiServer;
using Kube1.ApiServer.Audit;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>What logging costs a request: nothing when it is not logged, and at the level Metadata no more than its two lines.</summary>
[NonParallelizable]
public sealed class AuditCostTests
{
    private const int Rounds = 400;

    /// <summary>Two reads of the same kind differ by less than this: the pools of the runtime are not quite regular.</summary>
    private const int NoiseBytes = 256;

    /// <summary>The state of a request, and around each of its two events a buffer's owner and a list of one.</summary>
    private const int MetadataBytes = 2048;

    [Test]
    public async Task Request_ThatIsNotLogged_AllocatesNothingForIt()
    {
        var without = await PerRequestAsync(null);
        var notLogged = await PerRequestAsync("rules: [{level: None}]");

        Assert.That(notLogged - without, Is.LessThan(NoiseBytes), $"{without} and {notLogged} bytes");
    }

    [Test]
    public async Task Request_LoggedAtMetadata_AllocatesLittle()
    {
        var without = await PerRequestAsync(null);
        var metadata = await PerRequestAsync("rules: [{level: Metadata}]");

        Assert.That(metadata - without, Is.LessThan(MetadataBytes), $"{without} and {metadata} bytes");
    }

    private static async Task<long> PerRequestAsync(string? policy)
    {
        var directory = Directory.CreateTempSubdirectory("kube1-audit-");
        var file = Path.Combine(directory.FullName, "policy.yaml");
        await File.WriteAllTextAsync(file, "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + policy);
        var options = new AuditOptions { PolicyFile = file, Log = new() { Path = Path.Combine(directory.FullName, "audit.log") } };
        await using (var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Configure = server => server with
            {
                Audit = policy is null ? null : Auditor.Open(options, TimeProvider.System, NullLoggerFactory.Instance),
            },
        }))
        {
            await ReadAsync(cluster.Http);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ReadAsync(cluster.Http);
            var allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / Rounds;
            directory.Delete(recursive: true);
            return allocated;
        }
    }

    private static async Task ReadAsync(HttpClient http)
    {
        for (var i = 0; i < Rounds; i++)
        {
            using var response = await http.SendRawAsync("GET", "api/v1/namespaces/default");
            await response.Content.CopyToAsync(Stream.Null);
        }
    }
}
