using System.Text.Json.Nodes;

namespace Kube1.Tests.ApiServer;

/// <summary>Pods as no client of ours sends them: they are answered, never a failure of the server.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class OddPodTests(bool isHttps) : ApplyFixture(isHttps)
{
    private const string Pods = "api/v1/namespaces/default/pods";

    // Go reads a null item as the empty one of its kind.
    [TestCase("containers", 422)]
    [TestCase("initContainers", 422)]
    [TestCase("volumes", 422)]
    [TestCase("tolerations", 422)]
    [TestCase("hostAliases", 422)]
    [TestCase("imagePullSecrets", 201)]
    [TestCase("readinessGates", 422)]
    [TestCase("schedulingGates", 422)]
    [TestCase("topologySpreadConstraints", 422)]
    [TestCase("resourceClaims", 422)]
    [TestCase("dnsConfig.nameservers", 422)]
    [TestCase("dnsConfig.searches", 422)]
    [TestCase("dnsConfig.options", 422)]
    [TestCase("securityContext.sysctls", 422)]
    [TestCase("securityContext.supplementalGroups", 201)]
    [TestCase("containers.0.env", 422)]
    [TestCase("containers.0.envFrom", 422)]
    [TestCase("containers.0.ports", 422)]
    [TestCase("containers.0.command", 201)]
    [TestCase("containers.0.volumeMounts", 422)]
    [TestCase("containers.0.volumeDevices", 422)]
    [TestCase("containers.0.resizePolicy", 422)]
    [TestCase("containers.0.resources.claims", 422)]
    [TestCase("containers.0.securityContext.capabilities.add", 201)]
    [TestCase("containers.0.livenessProbe.exec.command", 201)]
    [TestCase("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", 201)]
    [TestCase("affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution", 422)]
    [TestCase("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution", 422)]
    [TestCase("affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution", 422)]
    public async Task Create_NullInAList_IsTheEmptyItem(string path, int expected)
    {
        foreach (var item in (string[])["null", path.EndsWith("roups", StringComparison.Ordinal) ? "0" : "{}"])
        {
            var pod = JsonNode.Parse("""{"metadata":{"generateName":"p-"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")!;
            Set(pod["spec"]!, path.Split('.'), JsonNode.Parse($"[{item}]")!);

            var (code, body) = await Http.SendAsync("POST", Pods, pod.ToJsonString());

            var isText = item == "{}" && code == 400;
            Assert.That(code, Is.EqualTo(isText ? 400 : expected), $"{path}: {body.ToJsonString()}");
        }
    }

    private static void Set(JsonNode node, string[] names, JsonNode value)
    {
        foreach (var name in names[..^1])
        {
            node = int.TryParse(name, out var index) ? node[index]! : node[name] ??= new JsonObject();
        }

        node[names[^1]] = value;
    }
}
