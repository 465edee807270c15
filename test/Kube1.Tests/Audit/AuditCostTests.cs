using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>What logging costs a request: nothing when it is not logged, and at the level Metadata little more than its state.</summary>
public sealed class AuditCostTests
{
    private const int Rounds = 500;

    /// <summary>The state of a request, and around each of its two events a buffer's owner and a list of one.</summary>
    private const int MetadataBytes = 2048;

    [Test]
    public async Task Request_ThatIsNotLogged_AllocatesNothing() =>
        Assert.That(await AllocatedPerRequestAsync("[{level: Metadata, users: [joe]}, {level: None}]"), Is.Zero);

    [Test]
    public async Task Request_LoggedAtMetadata_AllocatesLittle() =>
        Assert.That(await AllocatedPerRequestAsync("[{level: Metadata}]"), Is.GreaterThan(0).And.LessThan(MetadataBytes));

    private static async Task<long> AllocatedPerRequestAsync(string rules)
    {
        var directory = Directory.CreateTempSubdirectory("kube1-audit-");
        var (policy, log) = (Path.Combine(directory.FullName, "policy.yaml"), Path.Combine(directory.FullName, "audit.log"));
        await File.WriteAllTextAsync(policy, "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: " + rules + "}");
        var options = new AuditOptions { PolicyFile = policy, Log = new() { Path = log } };
        long perRequest;
        await using (var auditor = Auditor.Open(options, TimeProvider.System, NullLoggerFactory.Instance)!)
        {
            perRequest = Allocated(auditor);
        }

        directory.Delete(recursive: true);
        return perRequest;
    }

    private static long Allocated(Auditor auditor)
    {
        var scopes = Enumerable.Range(0, 2 * Rounds).Select(_ => Request()).ToList();
        Serve(auditor, scopes[..Rounds]);
        var measured = scopes[Rounds..];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Serve(auditor, measured);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }

    private static void Serve(Auditor auditor, List<RequestScope> scopes)
    {
        foreach (var scope in scopes)
        {
            if (auditor.Begin(scope, scope.User) is not { } audit)
            {
                continue;
            }

            var received = audit.ReceivedAsync();
            audit.RecordDecision(new AuthorizationDecision(true, "RBAC: allowed"));
            var completed = audit.CompletedAsync();
            Assert.That(received.IsCompletedSuccessfully && completed.IsCompletedSuccessfully, "a file is written at once");
        }
    }

    private static RequestScope Request()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.UserAgent = "kubectl/v1.36.0";
        http.Response.Headers["Audit-Id"] = "5b2c1c0e-6c7b-4e62-9a5c-0f6b0a4e4d6f";
        var info = new RequestInfo
        {
            IsResourceRequest = true, Path = "/api/v1/namespaces/default/pods/web", Verb = "get", ApiVersion = "v1",
            Namespace = "default", Resource = "pods", Name = "web",
        };
        return new RequestScope(http, info, null!) { User = TestCluster.Administrator };
    }
}
