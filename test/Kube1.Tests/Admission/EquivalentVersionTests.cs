using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Extensions.CustomResources;
using Kube1.Tests.Extensions.Webhooks;
using Microsoft.AspNetCore.Http;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>
/// Policies and webhooks whose rules name another version than the request: they see and change the objects in theirs. The
/// versions of Points are converted by a webhook: v1 has "at", "1,2", where v2 has x and y.
/// </summary>
[TestFixture]
public sealed class EquivalentVersionTests
{
    private const string V1 = "apis/geo.example.com/v1/namespaces/default/points";
    private const string Autoscalers = "apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string OldAutoscalers = "apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private const string Autoscaler = """{"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":3}}""";

    private const string Point = """{"apiVersion":"geo.example.com/v1","kind":"Point","metadata":{"name":"p"},"at":"1,2"}""";

    private static readonly string Points = Constraints("geo.example.com", "v2", "points", "*");

    private PolicyCluster _cluster = null!;
    private bool _converts;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await PolicyCluster.StartAsync();
        var hooks = _cluster.Webhooks.Hooks;
        hooks.On("convert", async context => await context.Response.WriteAsync(Convert(await hooks.ReadAsync(context))));
        await CustomResourceServer.DefineAsync(_cluster.Admin, """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"points.geo.example.com"},
             "spec":{"group":"geo.example.com","scope":"Namespaced","names":{"plural":"points","kind":"Point"},
              "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],
                "clientConfig":{"url":"URL","caBundle":"BUNDLE"}}},
              "versions":[
               {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
                 "properties":{"at":{"type":"string"}}}}},
               {"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object",
                 "properties":{"x":{"type":"string"},"y":{"type":"string"}}}}}]}}
            """.Replace("URL", hooks.Url("convert"), StringComparison.Ordinal)
            .Replace("BUNDLE", hooks.CaBundle, StringComparison.Ordinal));
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task ResetAsync()
    {
        _converts = true;
        await _cluster.ResetAsync();
        await _cluster.Admin.SendAsync("DELETE", V1);
        await _cluster.Admin.SendAsync("DELETE", Autoscalers);
    }

    [Test]
    public async Task ValidatingPolicy_SeesTheConvertedObjects()
    {
        await _cluster.ValidateAsync("p", "{" + Points + """
            ,"validations":[{"expression":"request.operation == 'CREATE' ? object.x == '1' : oldObject.x == object.x",
            "messageExpression":"request.kind.version + ' of ' + request.requestKind.version + ', ' + request.resource.version + ' of ' + request.requestResource.version + ': ' + object.x"}]}
            """);

        var (created, _) = await _cluster.Admin.SendAsync("POST", V1, Point);
        var (code, status) = await _cluster.Admin.SendAsync(
            "PATCH", V1 + "/p", """{"at":"7,2"}""", "application/merge-patch+json");

        Assert.That((created, code), Is.EqualTo((201, 422)));
        Assert.That(status.Text("message"), Does.EndWith("denied request: v2 of v1, v2 of v1: 7"));
    }

    [Test]
    public async Task MutatingPolicies_ChangeTheConvertedObject_EachInItsVersion()
    {
        await _cluster.MutateAsync("a", "ApplyConfiguration", "Object{y: object.x + '0'}", "{}", "{" + Points + "}");
        await _cluster.MutateAsync(
            "b", "JSONPatch", "[JSONPatch{op: 'replace', path: '/at', value: object.at + '1'}]", "{}",
            "{" + Constraints("geo.example.com", "v1", "points") + "}");
        await _cluster.MutateAsync("c", "ApplyConfiguration", "Object{x: object.y}", "{}", "{" + Points + "}");

        var (code, created) = await _cluster.Admin.SendAsync("POST", V1, Point);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That((created.Text("apiVersion"), created.Text("at")), Is.EqualTo(("geo.example.com/v1", "101,101")));
        Assert.That((await _cluster.Admin.SendAsync("GET", V1 + "/p")).Body.Text("at"), Is.EqualTo("101,101"));
    }

    [Test]
    public async Task Webhooks_SeeAndPatchTheConvertedObject()
    {
        var webhooks = _cluster.Webhooks;
        webhooks.Hooks.Patch("mutate", """[{"op":"replace","path":"/x","value":"9"}]""");
        webhooks.Hooks.Answer("see", """{"allowed":true}""");
        var rules = WebhookCluster.Rules("*", "geo.example.com", "v2", "points");
        await webhooks.AddAsync(isMutating: true, "mutate", rules);
        await webhooks.AddAsync(isMutating: false, "see", rules);

        var (code, created) = await _cluster.Admin.SendAsync("POST", V1, Point);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("at"), Is.EqualTo("9,2"));
        var review = webhooks.Hooks.ReviewsOf("see").Single();
        Assert.That(review.Text("kind.version") + review.Text("requestKind.version"), Is.EqualTo("v2v1"));
        Assert.That(
            (review.Text("object.apiVersion"), review.Text("object.x"), review.Text("object.y")),
            Is.EqualTo(("geo.example.com/v2", "9", "2")));
    }

    [Test]
    public async Task ConverterThatFails_RefusesInTheWordsOfEach()
    {
        _converts = false;
        await _cluster.ValidateAsync("p", "{" + Points + ""","validations":[{"expression":"true"}]}""");
        var (validating, refused) = await _cluster.Admin.SendAsync("POST", V1, Point);
        await _cluster.ResetAsync();
        await _cluster.MutateAsync("p", "ApplyConfiguration", "Object{x: '1'}", "{}", "{" + Points + "}");
        var (mutating, unchanged) = await _cluster.Admin.SendAsync("POST", V1, Point);
        await _cluster.ResetAsync();
        await _cluster.Webhooks.AddAsync(
            isMutating: false, "see", WebhookCluster.Rules("*", "geo.example.com", "v2", "points"));
        var (webhook, unseen) = await _cluster.Admin.SendAsync("POST", V1, Point);

        const string why = "conversion webhook for geo.example.com/v1, Kind=Point failed: no";
        Assert.That((validating, mutating, webhook), Is.EqualTo((422, 403, 500)));
        Assert.That(
            refused.Text("message"),
            Does.EndWith("denied request: failed to configure binding: failed to convert object version: " + why));
        Assert.That(unchanged.Text("message"), Is.EqualTo("policy \"p\" denied request: failed to configure policy: " + why));
        Assert.That(unseen.Text("message"), Does.EndWith(why));
    }

    [TestCase("v1", "Equivalent", "80")]
    [TestCase("v1", "Exact", "")]
    [TestCase("v2", "Exact", "none")]
    public async Task BuiltInKind_IsConvertedToo(string version, string policy, string expected)
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration",
            """
            Object{metadata: Object.metadata{annotations: {'cpu':
            has(object.spec.targetCPUUtilizationPercentage) ? string(object.spec.targetCPUUtilizationPercentage) : 'none'}}}
            """,
            "{}", "{" + Constraints("autoscaling", version, "horizontalpodautoscalers", policy: policy) + "}");

        var (code, created) = await _cluster.Admin.SendAsync("POST", Autoscalers, Autoscaler);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("metadata.annotations.cpu"), Is.EqualTo(expected));
        Assert.That(created.Text("apiVersion"), Is.EqualTo("autoscaling/v2"));
    }

    [Test]
    public async Task BuiltInKind_ChangedInAnOlderVersion_IsStoredInItsOwn()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{spec: Object.spec{targetCPUUtilizationPercentage: 33}}", "{}",
            "{" + Constraints("autoscaling", "v1", "horizontalpodautoscalers") + "}");

        var (code, created) = await _cluster.Admin.SendAsync("POST", Autoscalers, Autoscaler);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("spec.metrics.0.resource.target.averageUtilization"), Is.EqualTo("33"));
        var (_, old) = await _cluster.Admin.SendAsync("GET", OldAutoscalers + "/h");
        Assert.That(old.Text("spec.targetCPUUtilizationPercentage"), Is.EqualTo("33"));
    }

    private string Convert(JsonObject review)
    {
        var request = review["request"]!.AsObject();
        var version = request.Text("desiredAPIVersion");
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "ConversionReview",
            ["response"] = new JsonObject
            {
                ["uid"] = request.Text("uid"),
                ["result"] = _converts
                    ? new JsonObject { ["status"] = "Success" }
                    : new JsonObject { ["status"] = "Failure", ["message"] = "no" },
                ["convertedObjects"] =
                    new JsonArray([.. request["objects"]!.AsArray().Select(o => Converted(o!.AsObject(), version))]),
            },
        }.ToJsonString();
    }

    private static JsonNode Converted(JsonObject from, string version)
    {
        var to = new JsonObject { ["apiVersion"] = version, ["kind"] = "Point", ["metadata"] = from["metadata"]!.DeepClone() };
        if (version.EndsWith("v1", StringComparison.Ordinal))
        {
            to["at"] = $"{from.Text("x")},{from.Text("y")}";
        }
        else
        {
            var at = from.Text("at").Split(',');
            (to["x"], to["y"]) = (at[0], at[1]);
        }

        return to;
    }
}
