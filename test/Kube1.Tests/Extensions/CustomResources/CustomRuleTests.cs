using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The rules of a schema (x-kubernetes-validations) on the objects of a served resource.</summary>
public sealed class CustomRuleTests
{
    private const string Pools = "apis/example.com/v1/namespaces/default/pools";

    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"pools.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"pools","singular":"pool","kind":"Pool"},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","properties":{
              "min":{"type":"integer"},"max":{"type":"integer"},"zone":{"type":"string","maxLength":20,
                "x-kubernetes-validations":[{"rule":"self == oldSelf","message":"zone is immutable"}]}},
              "x-kubernetes-validations":[
                {"rule":"self.min <= self.max","messageExpression":"'min is above max in ' + self.zone","fieldPath":".min"}]},
            "status":{"type":"object","properties":{"used":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= 0"}]}}}}}}}]}}
        """;

    private CustomResourceServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await CustomResourceServer.StartAsync(Definition);

    [OneTimeTearDown]
    public ValueTask StopAsync() => _server.DisposeAsync();

    [Test]
    public async Task Create_RuleBroken_Invalid()
    {
        var refused = await _server.ExpectAsync(422, "POST", Pools, Pool("a", 3, 2));

        Assert.That(
            refused.Text("message"),
            Is.EqualTo("Pool.example.com \"a\" is invalid: spec.min: Invalid value: min is above max in east"));
        Assert.That(refused.Text("details.causes.0.field"), Is.EqualTo("spec.min"));
    }

    [Test]
    public async Task Update_TransitionRuleBroken_Invalid()
    {
        await _server.ExpectAsync(201, "POST", Pools, Pool("b", 1, 2));

        var (code, refused) = await _server.Http.SendAsync(
            "PATCH", Pools + "/b", """{"spec":{"zone":"west"}}""", "application/merge-patch+json");
        var (kept, _) = await _server.Http.SendAsync(
            "PATCH", Pools + "/b", """{"spec":{"max":9}}""", "application/merge-patch+json");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(
            refused.Text("message"),
            Is.EqualTo("Pool.example.com \"b\" is invalid: spec.zone: Invalid value: \"west\": zone is immutable"));
        Assert.That(kept, Is.EqualTo(200));
    }

    [Test]
    public async Task StatusUpdate_RuleBroken_Invalid()
    {
        await _server.ExpectAsync(201, "POST", Pools, Pool("c", 1, 2));

        var (code, refused) = await _server.Http.SendAsync(
            "PATCH", Pools + "/c/status", """{"status":{"used":-1}}""", "application/merge-patch+json");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(
            refused.Text("message"),
            Is.EqualTo("Pool.example.com \"c\" is invalid: status.used: Invalid value: -1: failed rule: self >= 0"));
    }

    private static string Pool(string name, int min, int max) => $$$"""
        {"apiVersion":"example.com/v1","kind":"Pool","metadata":{"name":"{{{name}}}"},
         "spec":{"min":{{{min}}},"max":{{{max}}},"zone":"east"}}
        """;
}
