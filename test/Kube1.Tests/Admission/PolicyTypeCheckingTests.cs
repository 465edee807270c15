using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Extensions.CustomResources;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>status.typeChecking of ValidatingAdmissionPolicies: what their expressions are warned of.</summary>
[TestFixture]
public sealed class PolicyTypeCheckingTests
{
    private const string Policies = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";

    private const string Widgets = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget"},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","properties":{"size":{"type":"integer"},"at":{"type":"string","format":"date-time"},
              "any":{"x-kubernetes-int-or-string":true}}}}}}}]}}
        """;

    private PolicyCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await PolicyCluster.StartAsync();
        await CustomResourceServer.DefineAsync(_cluster.Admin, Widgets);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [TestCase("apps", "v1", "deployments", "object.spec.replicas > 1 && object.metadata.labels.size() < 5")]
    [TestCase("apps", "v1", "deployments", "object.spec.strategy.rollingUpdate.maxSurge == 1 || oldObject == null")]
    [TestCase("apps", "v1", "deployments", "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')")]
    [TestCase("", "v1", "secrets", "object.data.all(k, object.data[k].size() < 10) && object.metadata.__namespace__ == 'x'")]
    [TestCase("example.com", "v1", "widgets", "object.spec.size > 1 && object.metadata.annotations.size() == 0 && object.spec.any == 1")]
    [TestCase("example.com", "v1", "widgets", "object.spec.at > timestamp('2030-01-01T00:00:00Z')")]
    [TestCase("*", "v1", "deployments", "object.nothing")]
    [TestCase("apps", "v1", "deployments/status", "object.nothing")]
    [TestCase("apps", "v9", "deployments", "object.nothing")]
    [TestCase("apiextensions.k8s.io", "v1", "customresourcedefinitions", "object.nothing")]
    public async Task Check_ExpressionThatFits_HasNoWarnings(string group, string version, string resource, string expression)
    {
        var status = await CheckAsync(Constraints(group, version, resource), expression + " || true");

        Assert.That(status["typeChecking"]?["expressionWarnings"], Is.Null, status.ToJsonString());
        Assert.That(status["observedGeneration"]!.ToString(), Is.EqualTo("1"));
    }

    [TestCase("apps", "v1", "deployments", "object.replicas > 1", "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n")]
    [TestCase("", "v1", "pods", "object.spec.containers[0].resources.limits['cpu'] == '1'", "/v1, Kind=Pod: ERROR: <input>:1:36: undefined field 'limits'\n | object.spec.containers[0].resources.limits['cpu'] == '1'\n | ...................................^\n")]
    [TestCase("example.com", "v1", "widgets", "object.spec.sise > 1", "example.com/v1, Kind=Widget: ERROR: <input>:1:12: undefined field 'sise'\n | object.spec.sise > 1\n | ...........^\n")]
    [TestCase("example.com", "v1", "widget", "object.spec.size == 'x'", "example.com/v1, Kind=Widget: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.size == 'x'\n | .................^\n")]
    [TestCase("", "v1", "replicationcontrollers", "variables.v == 'x'", "/v1, Kind=ReplicationController: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'\n | variables.v == 'x'\n | ............^\n")]
    public async Task Check_ExpressionThatDoesNot_IsWarnedOf(
        string group, string version, string resource, string expression, string warning)
    {
        var status = await CheckAsync(
            Constraints(group, version, resource) + ""","variables":[{"name":"v","expression":"object.spec.replicas"}]""", expression);

        var found = status["typeChecking"]!["expressionWarnings"]!.AsArray().Single()!;
        Assert.That(found["fieldRef"]!.ToString(), Is.EqualTo("spec.validations[0].expression"));
        Assert.That(found["warning"]!.ToString(), Is.EqualTo(warning));
    }

    [Test]
    public async Task Check_SeveralKindsMessagesAndParameters_AreEachWarnedOf()
    {
        await _cluster.ValidateAsync("p", """
            {"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConstraints":{"resourceRules":[
            {"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["statefulsets","deployments","daemonsets"]}]},
            "validations":[{"expression":"object.spec.replicas > 0 && params.data.x == 'y'"},
            {"expression":"params.nothing == 1 || true","messageExpression":"string(object.nothing)"}]}
            """);

        var warnings = (await StatusAsync(1))["typeChecking"]!["expressionWarnings"]!.AsArray();

        Assert.That(warnings.Select(w => w!["fieldRef"]!.ToString()), Is.EqualTo(new[]
        {
            "spec.validations[0].expression", "spec.validations[1].expression", "spec.validations[1].messageExpression",
        }));
        Assert.That(
            warnings[0]!["warning"]!.ToString(), Does.StartWith("apps/v1, Kind=DaemonSet: ERROR: <input>:1:12: undefined field 'replicas'"));
        Assert.That(
            warnings[2]!["warning"]!.ToString().Split('\n').Where(l => l.StartsWith("apps", StringComparison.Ordinal)).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]),
            Is.EqualTo(new[] { "apps/v1, Kind=DaemonSet", "apps/v1, Kind=Deployment", "apps/v1, Kind=StatefulSet" }));
    }

    [Test]
    public async Task Check_FollowsTheGeneration_AndIsAppliedByTheController()
    {
        await CheckAsync(Constraints("apps", "v1", "deployments"), "object.nothing == 1");
        await _cluster.Admin.SendAsync(
            "PATCH", Policies + "/p", """[{"op":"replace","path":"/spec/validations/0/expression","value":"object.spec.replicas == 1"}]""",
            "application/json-patch+json");

        var status = await StatusAsync(2);
        var (_, policy) = await _cluster.Admin.SendAsync("GET", Policies + "/p");

        Assert.That(status["typeChecking"]?["expressionWarnings"], Is.Null, status.ToJsonString());
        var owner = policy["metadata"]!["managedFields"]!.AsArray().Single(m => m!["operation"]!.ToString() == "Apply")!;
        Assert.That(
            (owner["manager"]!.ToString(), owner["subresource"]!.ToString()),
            Is.EqualTo(("validatingadmissionpolicy-status-controller", "status")));
    }

    private async Task<JsonObject> CheckAsync(string fields, string expression)
    {
        await _cluster.ValidateAsync("p", $$$"""{{{{fields}}},"validations":[{"expression":"{{{expression}}}"}]}""");
        return await StatusAsync(1);
    }

    private async Task<JsonObject> StatusAsync(int generation)
    {
        await using var watch = await WatchStream.OpenAsync(
            _cluster.Admin, $"{Policies}?watch=1&fieldSelector=metadata.name%3Dp");
        while (true)
        {
            var (_, policy) = await watch.NextAsync();
            if (policy.Text("status.observedGeneration") == generation.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                return policy["status"]!.AsObject();
            }
        }
    }
}
