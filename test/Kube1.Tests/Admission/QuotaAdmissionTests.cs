using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Admission;

/// <summary>ResourceQuotas through a running server; the test plays the controller and says what is used at the start.</summary>
[TestFixture]
public sealed class QuotaAdmissionTests
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Services = "api/v1/namespaces/default/services";
    private const string Claims = "api/v1/namespaces/default/persistentvolumeclaims";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Create_SixtyFourAtOnce_AdmitsExactlyWhatIsLeft()
    {
        await QuotaAsync("q", """{"pods":"10","count/pods":"1k"}""");
        await QuotaAsync("r", """{"pods":"12"}""");

        var codes = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
            (await _cluster.Admin.SendAsync("POST", Pods, Pod($"p{i}"))).Code));

        Assert.That(codes.Count(c => c == 201), Is.EqualTo(10));
        Assert.That(codes.Count(c => c == 403), Is.EqualTo(54));
        Assert.That(await UsedAsync("q"), Is.EqualTo("""{"count/pods":"10","pods":"10"}"""));
        Assert.That(await UsedAsync("r"), Is.EqualTo("""{"pods":"10"}"""));
    }

    [Test]
    public async Task Create_BeyondQuota_IsForbiddenInUpstreamsWords()
    {
        await QuotaAsync("q", """{"pods":"3","requests.cpu":"1","requests.memory":"1Gi"}""");
        await _cluster.CreateAsync(Pods, Pod("p1", """{"requests":{"cpu":"600m","memory":"100Mi"}}"""));

        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", Pods, Pod("p2", """{"requests":{"cpu":"500m","memory":"1Gi"}}"""));

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "pods \"p2\" is forbidden: exceeded quota: q, requested: requests.cpu=500m,requests.memory=1Gi, used: "
                + "requests.cpu=600m,requests.memory=100Mi, limited: requests.cpu=1,requests.memory=1Gi"));
        Assert.That(await UsedAsync("q"), Is.EqualTo("""{"pods":"1","requests.cpu":"600m","requests.memory":"100Mi"}"""));
    }

    [Test]
    public async Task Create_WithoutWhatIsLimited_MustSay()
    {
        await QuotaAsync("q", """{"requests.cpu":"1","limits.memory":"1Gi"}""");

        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", Pods,
            """
            {"metadata":{"name":"p"},"spec":{"initContainers":[{"name":"i","image":"i"}],
            "containers":[{"name":"b","image":"i","resources":{"requests":{"cpu":"1m"}}},{"name":"a","image":"i"}]}}
            """);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo("pods \"p\" is forbidden: failed quota: q: must specify limits.memory for: a,b,i; requests.cpu for: a,i"));
    }

    [Test]
    public async Task Create_QuotaNotCountedYet_IsRefused()
    {
        await _cluster.CreateAsync(
            "api/v1/namespaces/default/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"3"}}}""");
        await StatusAsync("q", """{"hard":{"pods":"3"}}""");

        var (code, status) = await _cluster.Admin.SendAsync("POST", Pods, Pod("p"));

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"), Is.EqualTo("pods \"p\" is forbidden: status unknown for quota: q, resources: pods"));
    }

    [Test]
    public async Task Create_DryRun_ChecksAndChargesNothing()
    {
        await QuotaAsync("q", """{"pods":"1"}""");

        var (first, _) = await _cluster.Admin.SendAsync("POST", Pods + "?dryRun=All", Pod("p"));
        var (second, _) = await _cluster.Admin.SendAsync("POST", Pods, Pod("p"));
        var (third, _) = await _cluster.Admin.SendAsync("POST", Pods + "?dryRun=All", Pod("q"));

        Assert.That((first, second, third), Is.EqualTo((201, 201, 403)));
        Assert.That(await UsedAsync("q"), Is.EqualTo("""{"pods":"1"}"""));
    }

    [Test]
    public async Task Create_SecondQuotaRefuses_ChargesNeither()
    {
        await QuotaAsync("a", """{"pods":"5"}""");
        await QuotaAsync("b", """{"requests.cpu":"1"}""");

        var (code, status) = await _cluster.Admin.SendAsync("POST", Pods, Pod("p", """{"requests":{"cpu":"2"}}"""));

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "pods \"p\" is forbidden: exceeded quota: b, requested: requests.cpu=2, used: requests.cpu=0, limited: "
                + "requests.cpu=1"));
        Assert.That(await UsedAsync("a"), Is.EqualTo("""{"pods":"0"}"""));
    }

    [Test]
    public async Task UpdateService_OtherType_ChargesTheDifference()
    {
        await QuotaAsync("q", """{"services":"2","services.nodeports":"1","services.loadbalancers":"0"}""");
        await _cluster.CreateAsync(Services, """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""");
        const string merge = "application/merge-patch+json";

        var (node, _) = await _cluster.Admin.SendAsync("PATCH", Services + "/s", """{"spec":{"type":"NodePort"}}""", merge);
        var (balancer, status) = await _cluster.Admin.SendAsync(
            "PATCH", Services + "/s", """{"spec":{"type":"LoadBalancer"}}""", merge);

        Assert.That(node, Is.EqualTo(200));
        Assert.That(balancer, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "services \"s\" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: "
                + "services.loadbalancers=0, limited: services.loadbalancers=0"));
        Assert.That(
            await UsedAsync("q"), Is.EqualTo("""{"services":"1","services.loadbalancers":"0","services.nodeports":"1"}"""));
    }

    [Test]
    public async Task CreateClaim_ByStorageClass_ChargesTheClass()
    {
        await QuotaAsync(
            "q", """{"requests.storage":"10Gi","gold.storageclass.storage.k8s.io/requests.storage":"3Gi","persistentvolumeclaims":"9"}""");

        var (gold, _) = await _cluster.Admin.SendAsync("POST", Claims, Claim("a", "gold", "2Gi"));
        var (more, status) = await _cluster.Admin.SendAsync("POST", Claims, Claim("b", "gold", "2Gi"));
        var (bronze, _) = await _cluster.Admin.SendAsync("POST", Claims, Claim("c", "bronze", "2Gi"));

        Assert.That((gold, more, bronze), Is.EqualTo((201, 403, 201)));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "persistentvolumeclaims \"b\" is forbidden: exceeded quota: q, requested: "
                + "gold.storageclass.storage.k8s.io/requests.storage=2Gi, used: "
                + "gold.storageclass.storage.k8s.io/requests.storage=2Gi, limited: "
                + "gold.storageclass.storage.k8s.io/requests.storage=3Gi"));
        Assert.That(
            await UsedAsync("q"),
            Is.EqualTo(
                """{"gold.storageclass.storage.k8s.io/requests.storage":"2Gi","persistentvolumeclaims":"2","requests.storage":"4Gi"}"""));
    }

    [Test]
    public async Task ResizePod_BeyondQuota_IsForbidden()
    {
        await QuotaAsync("q", """{"requests.cpu":"1"}""");
        await _cluster.CreateAsync(Pods, Pod("p", """{"requests":{"cpu":"600m"}}"""));

        var (more, _) = await ResizeAsync("900m");
        var (tooMuch, status) = await ResizeAsync("1100m");

        Assert.That(more, Is.EqualTo(200));
        Assert.That(tooMuch, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "pods \"p\" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=900m, limited: "
                + "requests.cpu=1"));

        Task<(int Code, JsonObject Body)> ResizeAsync(string cpu) => _cluster.Admin.SendAsync(
            "PATCH", Pods + "/p/resize",
            "{\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"" + cpu + "\"}}}]}}",
            "application/strategic-merge-patch+json");
    }

    [TestCase("configmaps", "api/v1/namespaces/default/configmaps", "{}", "configmaps")]
    [TestCase("count/configmaps", "api/v1/namespaces/default/configmaps", "{}", "configmaps")]
    [TestCase("count/secrets", "api/v1/namespaces/default/secrets", "{}", "secrets")]
    [TestCase("count/roles.rbac.authorization.k8s.io", "apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
        """{"rules":[]}""", "roles.rbac.authorization.k8s.io")]
    [TestCase("count/leases.coordination.k8s.io", "apis/coordination.k8s.io/v1/namespaces/default/leases",
        """{"spec":{}}""", "leases.coordination.k8s.io")]
    public async Task Create_CountedResource_IsRefusedBeyondItsNumber(
        string name, string path, string body, string resource)
    {
        await QuotaAsync("q", "{\"" + name + "\":\"1\"}");
        var obj = JsonNode.Parse(body)!.AsObject();
        obj["metadata"] = new JsonObject { ["name"] = "one" };
        var (first, answer) = await _cluster.Admin.SendAsync("POST", path, obj.ToJsonString());
        obj["metadata"] = new JsonObject { ["name"] = "two" };
        var (second, status) = await _cluster.Admin.SendAsync("POST", path, obj.ToJsonString());

        Assert.That(first, Is.EqualTo(201), answer.ToJsonString());
        Assert.That(second, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo($"{resource} \"two\" is forbidden: exceeded quota: q, requested: {name}=1, used: {name}=1, limited: {name}=1"));
    }

    [TestCase("""{"scopes":["BestEffort"]}""", """{"requests":{"cpu":"1"}}""", "", 201)]
    [TestCase("""{"scopes":["BestEffort"]}""", "{}", "", 403)]
    [TestCase("""{"scopes":["NotBestEffort"]}""", "{}", "", 201)]
    [TestCase("""{"scopes":["NotBestEffort"]}""", """{"requests":{"cpu":"1"}}""", "", 403)]
    [TestCase("""{"scopes":["Terminating"]}""", "{}", "", 201)]
    [TestCase("""{"scopes":["Terminating"]}""", "{}", "\"activeDeadlineSeconds\":9,", 403)]
    [TestCase("""{"scopes":["NotTerminating"]}""", "{}", "\"activeDeadlineSeconds\":9,", 201)]
    [TestCase("""{"scopes":["NotTerminating","BestEffort"]}""", "{}", "", 403)]
    [TestCase("""{"scopes":["PriorityClass"]}""", "{}", "", 201)]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}}""",
        "{}", "\"priorityClassName\":\"high\",", 403)]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn","values":["high"]}]}}""",
        "{}", "\"priorityClassName\":\"high\",", 201)]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn","values":["high"]}]}}""",
        "{}", "", 403)]
    [TestCase("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"DoesNotExist"}]}}""",
        "{}", "", 403)]
    [TestCase("""{"scopes":["CrossNamespacePodAffinity"]}""", "{}",
        """
        "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"k","namespaces":["x"]}]}},
        """, 403)]
    [TestCase("""{"scopes":["CrossNamespacePodAffinity"]}""", "{}",
        """
        "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"k"}]}},
        """, 201)]
    public async Task CreatePod_ScopedQuota_CountsWhatIsInScope(string scope, string resources, string spec, int expected)
    {
        await _cluster.CreateAsync(
            "apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"high"},"value":10}""");
        await QuotaAsync("q", """{"pods":"0"}""", scope);

        var (code, answer) = await _cluster.Admin.SendAsync("POST", Pods, Pod("p", resources, spec));

        Assert.That(code, Is.EqualTo(expected), answer.ToJsonString());
    }

    private static string Pod(string name, string resources = "{}", string spec = "") =>
        $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{{{{spec}}}"containers":[{"name":"c","image":"i","resources":{{{resources}}}}]}}
        """;

    private static string Claim(string name, string storageClass, string size) =>
        $$$$$"""
        {"metadata":{"name":"{{{{{name}}}}}"},"spec":{"storageClassName":"{{{{{storageClass}}}}}","accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"{{{{{size}}}}}"}}}}
        """;

    private async Task QuotaAsync(string name, string hard, string scope = "{}")
    {
        var spec = JsonNode.Parse(scope)!.AsObject();
        spec["hard"] = JsonNode.Parse(hard);
        var quota = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
        await _cluster.CreateAsync("api/v1/namespaces/default/resourcequotas", quota.ToJsonString());
        var used = new JsonObject(
            JsonNode.Parse(hard)!.AsObject().Select(h => KeyValuePair.Create(h.Key, (JsonNode?)"0")));
        await StatusAsync(name, new JsonObject { ["hard"] = JsonNode.Parse(hard), ["used"] = used }.ToJsonString());
    }

    private async Task StatusAsync(string name, string status)
    {
        var (code, answer) = await _cluster.Admin.SendAsync(
            "PATCH", $"api/v1/namespaces/default/resourcequotas/{name}/status", "{\"status\":" + status + "}",
            "application/merge-patch+json");
        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
    }

    private async Task<string> UsedAsync(string name)
    {
        var (_, quota) = await _cluster.Admin.SendAsync("GET", "api/v1/namespaces/default/resourcequotas/" + name);
        var used = quota["status"]!["used"]!.AsObject();
        return new JsonObject(used.OrderBy(u => u.Key, StringComparer.Ordinal)
            .Select(u => KeyValuePair.Create(u.Key, u.Value?.DeepClone()))).ToJsonString();
    }
}
