using System.Text.Json.Nodes;

namespace Kube1.Tests.ApiServer;

/// <summary>Pods as no client of ours sends them: they are answered, never a failure of the server.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class OddPodTests(bool isHttps) : ApplyFixture(isHttps)
{
    private const string Pods = "api/v1/namespaces/default/pods";

    // Lists of a pod's spec, and the item as which Go reads a null in them.
    private static readonly (string Path, string Empty)[] Lists =
    [
        ("containers", "{}"), ("initContainers", "{}"), ("volumes", "{}"), ("tolerations", "{}"), ("hostAliases", "{}"),
        ("hostAliases.hostnames", "\"\""), ("imagePullSecrets", "{}"), ("readinessGates", "{}"), ("schedulingGates", "{}"),
        ("topologySpreadConstraints", "{}"), ("resourceClaims", "{}"), ("dnsConfig.nameservers", "\"\""),
        ("dnsConfig.searches", "\"\""), ("dnsConfig.options", "{}"), ("securityContext.sysctls", "{}"),
        ("securityContext.supplementalGroups", "0"), ("containers.0.env", "{}"), ("containers.0.envFrom", "{}"),
        ("containers.0.ports", "{}"), ("containers.0.command", "\"\""), ("containers.0.args", "\"\""),
        ("containers.0.volumeMounts", "{}"), ("containers.0.volumeDevices", "{}"), ("containers.0.resizePolicy", "{}"),
        ("containers.0.restartPolicyRules", "{}"), ("containers.0.resources.claims", "{}"),
        ("containers.0.securityContext.capabilities.add", "\"\""), ("containers.0.livenessProbe.exec.command", "\"\""),
        ("containers.0.livenessProbe.httpGet.httpHeaders", "{}"),
        ("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", "{}"),
        ("affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution", "{}"),
        ("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution", "{}"),
        ("affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution", "{}"),
    ];

    [Test]
    public async Task Create_NullInAList_IsTheEmptyItem()
    {
        await Http.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        foreach (var (path, empty) in Lists)
        {
            var ofNull = await CreateAsync(path, "null");
            var ofEmpty = await CreateAsync(path, empty);

            Assert.That(ofNull, Is.EqualTo(ofEmpty), path);
            Assert.That(ofNull.Code, Is.EqualTo(201).Or.EqualTo(422), $"{path}: {ofNull.Message}");
        }
    }

    private async Task<(int Code, string Message)> CreateAsync(string path, string item)
    {
        var pod = JsonNode.Parse("""
            {"metadata":{"name":"p"},"spec":{"hostAliases":[{"ip":"1.2.3.4"}],"containers":[{"name":"c","image":"i"}]}}
            """)!;
        var node = pod["spec"]!;
        var names = path.Replace("Aliases.", "Aliases.0.", StringComparison.Ordinal).Split('.');
        foreach (var name in names[..^1])
        {
            node = int.TryParse(name, out var index) ? node[index]! : node[name] ??= new JsonObject();
        }

        node[names[^1]] = JsonNode.Parse($"[{item}]");
        var (code, body) = await Http.SendAsync("POST", Pods + "?dryRun=All", pod.ToJsonString());
        return (code, body.Text("message"));
    }
}
