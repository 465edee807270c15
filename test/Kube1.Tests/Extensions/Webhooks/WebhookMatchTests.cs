using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Extensions.Webhooks.WebhookCluster;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>Which writes a webhook gets: rules, versions, selectors, conditions, and what none ever gets.</summary>
public sealed class WebhookMatchTests
{
    private const string Autoscaler = """{"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":3}}""";

    private WebhookCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await WebhookCluster.StartAsync();
        _cluster.Hooks.Answer("see", """{"allowed":true}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task ResetAsync()
    {
        await _cluster.ResetAsync();
        await _cluster.Admin.SendAsync("DELETE", "apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers");
    }

    [TestCase("CREATE", "", "v1", "configmaps", "*", true)]
    [TestCase("*", "*", "*", "*", "*", true)]
    [TestCase("*", "*", "*", "*/*", "*", true)]
    [TestCase("UPDATE,CREATE", "apps,", "v2,v1", "pods,configmaps", "Namespaced", true)]
    [TestCase("UPDATE", "", "v1", "configmaps", "*", false)]
    [TestCase("CREATE", "apps", "v1", "configmaps", "*", false)]
    [TestCase("CREATE", "", "v2", "configmaps", "*", false)]
    [TestCase("CREATE", "", "v1", "secrets", "*", false)]
    [TestCase("CREATE", "", "v1", "configmaps/status", "*", false)]
    [TestCase("CREATE", "", "v1", "configmaps", "Cluster", false)]
    public async Task Rule_OfAConfigMap_MatchesAsUpstream(
        string operations, string group, string version, string resources, string scope, bool matches)
    {
        await _cluster.AddAsync(isMutating: false, "see", Rules(operations, group, version, resources, scope));
        await _cluster.CreateConfigMapAsync("a");

        Assert.That(_cluster.Hooks.Calls, Has.Count.EqualTo(matches ? 1 : 0));
    }

    [TestCase("Cluster", true)]
    [TestCase("Namespaced", false)]
    public async Task Rule_OfANamespace_IsClusterScoped(string scope, bool matches)
    {
        await _cluster.AddAsync(isMutating: false, "see", Rules("CREATE", "", "v1", "namespaces", scope));
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces?dryRun=All", """{"metadata":{"name":"scoped"}}""");

        Assert.That(_cluster.Hooks.Calls, Has.Count.EqualTo(matches ? 1 : 0));
    }

    [TestCase("v1", "v2", "Equivalent", "v2")]
    [TestCase("v2", "v1", "Equivalent", "v1")]
    [TestCase("v1", "v1", "Exact", "v1")]
    [TestCase("v1", "v2", "Exact", "")]
    public async Task MatchPolicy_OtherVersion_ConvertsTheObject(string asked, string named, string policy, string shown)
    {
        await _cluster.AddAsync(
            isMutating: false, "see",
            $"\"matchPolicy\":\"{policy}\"," + Rules("CREATE", "autoscaling", named, "horizontalpodautoscalers"));
        var (code, answer) = await _cluster.Admin.SendAsync(
            "POST", $"apis/autoscaling/{asked}/namespaces/default/horizontalpodautoscalers", Autoscaler);

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        if (shown.Length == 0)
        {
            Assert.That(_cluster.Hooks.Calls, Is.Empty);
            return;
        }

        var review = _cluster.Hooks.ReviewsOf("see").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(review.Text("kind.version"), Is.EqualTo(shown));
            Assert.That(review.Text("resource.version"), Is.EqualTo(shown));
            Assert.That(review.Text("requestKind.version"), Is.EqualTo(asked));
            Assert.That(review.Text("requestResource.version"), Is.EqualTo(asked));
            Assert.That(review.Text("object.apiVersion"), Is.EqualTo("autoscaling/" + shown));
            Assert.That(
                review.Text("object.spec.targetCPUUtilizationPercentage"), Is.EqualTo(shown == "v1" ? "80" : ""));
            Assert.That(
                review.Text("object.spec.metrics.0.resource.target.averageUtilization"), Is.EqualTo(shown == "v2" ? "80" : ""));
        }
    }

    [Test]
    public async Task MatchPolicy_EventsOfTheOtherGroup_AreConvertedAndPatchedThere()
    {
        _cluster.Hooks.Patch("note", """[{"op":"replace","path":"/note","value":"changed"}]""");
        await _cluster.AddAsync(isMutating: true, "note", Rules("CREATE", "events.k8s.io", "v1", "events"));
        var (code, created) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/events",
            """{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"default"},"message":"said","reason":"R","type":"Normal"}""");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("message"), Is.EqualTo("changed"));
        Assert.That(created.Text("apiVersion"), Is.EqualTo("v1"));
        var review = _cluster.Hooks.ReviewsOf("note").Single();
        Assert.That(review.Text("object.regarding.name"), Is.EqualTo("p"));
        Assert.That(review.Text("kind.group"), Is.EqualTo("events.k8s.io"));
    }

    [TestCase("""{"matchLabels":{"team":"a"}}""", true)]
    [TestCase("""{"matchLabels":{"team":"b"}}""", false)]
    [TestCase("""{"matchExpressions":[{"key":"team","operator":"DoesNotExist"}]}""", false)]
    [TestCase("{}", true)]
    public async Task NamespaceSelector_LooksAtTheNamespacesLabels(string selector, bool matches)
    {
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces", """{"metadata":{"name":"team-a","labels":{"team":"a"}}}""");
        await _cluster.AddAsync(isMutating: false, "see", $"\"namespaceSelector\":{selector}");
        await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/team-a/configmaps?dryRun=All", ApiTestClient.ConfigMap("a"));

        Assert.That(_cluster.Hooks.Calls, Has.Count.EqualTo(matches ? 1 : 0));
    }

    [Test]
    public async Task NamespaceSelector_OfANamespaceItself_LooksAtTheLabelsItIsToHave()
    {
        await _cluster.AddAsync(
            isMutating: false, "see",
            "\"namespaceSelector\":{\"matchLabels\":{\"team\":\"new\"}}," + Rules("*", "", "v1", "namespaces"));
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces", """{"metadata":{"name":"labelled","labels":{"team":"new"}}}""");
        await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/namespaces/labelled", """{"metadata":{"labels":{"team":"old"}}}""", "application/merge-patch+json");

        Assert.That(_cluster.Hooks.ReviewsOf("see").Select(r => r.Text("operation")), Is.EqualTo(new[] { "CREATE" }));
    }

    [Test]
    public async Task NamespaceSelector_ClusterScopedResources_AreNeverLeftOut()
    {
        await _cluster.AddAsync(
            isMutating: false, "see",
            "\"namespaceSelector\":{\"matchLabels\":{\"team\":\"x\"}},"
            + Rules("CREATE", "rbac.authorization.k8s.io", "v1", "clusterroles"));
        await _cluster.Admin.SendAsync(
            "POST", "apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All", """{"metadata":{"name":"r"},"rules":[]}""");

        Assert.That(_cluster.Hooks.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ObjectSelector_OldOrNewLabels_Match()
    {
        await _cluster.AddAsync(
            isMutating: false, "see",
            "\"objectSelector\":{\"matchLabels\":{\"seen\":\"yes\"}}," + Rules("*", "", "v1", "configmaps"));
        foreach (var (method, labels) in new[] { ("POST", ""), ("PUT", "\"seen\":\"yes\""), ("PUT", ""), ("PUT", "\"x\":\"y\"") })
        {
            var path = method == "POST" ? ConfigMaps : ConfigMaps + "/a";
            var (code, answer) = await _cluster.Admin.SendAsync(method, path, ApiTestClient.ConfigMap("a", "b", labels));
            Assert.That(code, Is.AnyOf(200, 201), answer.ToJsonString());
        }

        Assert.That(
            _cluster.Hooks.ReviewsOf("see").Select(r => r.Text("object.metadata.labels.seen")), Is.EqualTo(new[] { "yes", "" }));
    }

    [TestCase("validatingwebhookconfigurations")]
    [TestCase("mutatingwebhookconfigurations")]
    public async Task Configurations_AreShownToNoWebhook(string resource)
    {
        _cluster.Hooks.Answer("no", """{"allowed":false}""");
        await _cluster.AddAsync(isMutating: false, "no", Rules("*", "*", "*", "*/*"));
        await _cluster.AddAsync(isMutating: true, "no", Rules("*", "*", "*", "*/*"));
        var (code, answer) = await _cluster.Admin.SendAsync("DELETE", $"apis/admissionregistration.k8s.io/v1/{resource}/no");

        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
        Assert.That(_cluster.Hooks.Calls, Is.Empty);
    }

    [Test]
    public async Task Selector_ThatCannotBeRead_FailsClosed()
    {
        var webhook = _cluster.Webhook("see", "\"failurePolicy\":\"Ignore\"");
        webhook["objectSelector"] =
            JsonNode.Parse("""{"matchExpressions":[{"key":"a","operator":"Near","values":["b"]}]}""");
        await _cluster.Objects.TryCreateAsync(
            ResourceCatalog.Find(new GroupVersionKind("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"))!,
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = "see" }, ["webhooks"] = new JsonArray(webhook) },
            default);
        var (code, status) = await _cluster.CreateConfigMapAsync("a");
        var other = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/secrets?dryRun=All", """{"metadata":{"name":"other"}}""");

        Assert.That(code, Is.EqualTo(500));
        Assert.That(
            status.Text("message"), Is.EqualTo("Internal error occurred: \"Near\" is not a valid label selector operator"));
        Assert.That(other.Code, Is.EqualTo(201), "it is about ConfigMaps only");
    }

    [TestCase("Fail", "request.operation == 'CREATE' && object.metadata.name == 'a'", 201, true)]
    [TestCase("Fail", "object.metadata.name == 'b'", 201, false)]
    [TestCase("Fail", "object.missing.more == 1 || object.metadata.name == 'a'", 201, true)]
    [TestCase("Fail", "object.missing.more == 1", 403, false)]
    [TestCase("Ignore", "object.missing.more == 1", 201, false)]
    public async Task MatchConditions_Expression_SaysWhetherTheWebhookIsCalled(
        string policy, string expression, int code, bool called)
    {
        await _cluster.AddAsync(
            isMutating: true, "see",
            $"\"failurePolicy\":\"{policy}\",\"matchConditions\":[{{\"name\":\"c\",\"expression\":\"{expression}\"}}]");
        var (answered, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(answered, Is.EqualTo(code), status.ToJsonString());
        Assert.That(_cluster.Hooks.Calls, called ? Is.Not.Empty : Is.Empty);
        if (code == 403)
        {
            Assert.That(status.Text("message"), Does.StartWith("configmaps \"a\" is forbidden: "));
            Assert.That(status.Text("message"), Does.Contain("no such key: missing"));
        }
    }
}
