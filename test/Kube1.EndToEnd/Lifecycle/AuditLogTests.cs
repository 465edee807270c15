using System.Text.Json.Nodes;
using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Lifecycle;

/// <summary>The audit log of a whole cluster with the real kubectl: who did what, the cluster's own parts among them.</summary>
[NonParallelizable]
public sealed class AuditLogTests
{
    private const string Admin = "kubernetes-admin";

    private const string Policy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitManagedFields: true
        rules:
        - level: Metadata
          resources: [{resources: [secrets]}]
        - level: RequestResponse
          resources: [{resources: ["pods", "pods/*"]}]
        """;

    private static readonly string[] Manifest =
        ["run", "tool", "--image=docker.io/library/tool:v1", "--restart=Never", "--command", "--", "sh", "-c", "trap exit TERM; sleep 600 & wait"];

    [Test]
    public async Task Kubectl_UsesAPod_AllOfItIsLogged()
    {
        var directory = Directory.CreateTempSubdirectory("kube1-audit-");
        var (policy, log) = (Path.Combine(directory.FullName, "policy.yaml"), Path.Combine(directory.FullName, "logs", "audit.log"));
        await File.WriteAllTextAsync(policy, Policy);
        await using (var cluster = await LiveCluster.StartAsync(
            ["--audit-policy-file", policy, "--audit-log-path", log],
            ("tool.tar", file => TestImages.WriteBusyBox(file, "docker.io/library/tool:v1"))))
        {
            await cluster.KubectlAsync("create", "secret", "generic", "s", "--from-literal=password=swordfish");
            await cluster.KubectlAsync("wait", "--for=create", "serviceaccount/default", "--timeout=60s");
            await cluster.KubectlAsync(Manifest);
            await cluster.KubectlAsync("wait", "pod/tool", "--for=condition=Ready", "--timeout=60s");
            Assert.That(await cluster.KubectlAsync("exec", "tool", "--", "echo", "hello"), Is.EqualTo("hello\n"));
            await cluster.KubectlAsync("delete", "pod", "tool", "--grace-period=1");
        }

        var text = await File.ReadAllTextAsync(log);
        List<JsonObject> events = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
        directory.Delete(recursive: true);

        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain("c3dvcmRmaXNo").And.Not.Contain("managedFields"), "the policy leaves it out");
            Assert.That(Users(events, "create", "secrets", ""), Does.Contain(Admin));
            Assert.That(Users(events, "create", "pods", ""), Is.EqualTo(Admin));
            Assert.That(Users(events, "create", "pods", "binding"), Is.EqualTo("system:kube-scheduler"));
            Assert.That(Users(events, "patch", "pods", "status"), Does.StartWith("system:node:"));
            Assert.That(Users(events, "delete", "pods", ""), Does.Contain(Admin).And.Contains("system:node:"));
            Assert.That(
                events.Where(e => Ref(e, "subresource") == "exec" && (string?)e["stage"] != "RequestReceived")
                    .Select(e => ((string?)e["stage"], (int?)e["responseStatus"]!["code"], ((string?)e["userAgent"])!.Split('/')[0])),
                Is.EqualTo([("ResponseStarted", 101, "kubectl"), ("ResponseComplete", (int?)101, "kubectl")]));
        });
    }

    private static string Users(List<JsonObject> events, string verb, string resource, string subresource) => string.Join(
        ' ', events.Where(e => (string?)e["verb"] == verb && Ref(e, "resource") == resource && Ref(e, "subresource") == subresource)
            .Select(e => (string?)e["user"]!["username"]).Distinct().Order(StringComparer.Ordinal));

    private static string Ref(JsonObject audited, string field) => (string?)audited["objectRef"]?[field] ?? "";
}
