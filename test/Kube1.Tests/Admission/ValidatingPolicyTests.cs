using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Admission;

/// <summary>ValidatingAdmissionPolicies through a running server: what they see, what they refuse, and how much they may cost.</summary>
[TestFixture]
public sealed class ValidatingPolicyTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Policies = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    private const string Bindings = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await SecureCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task FalseValidation_Create_IsRefusedWithItsExpression()
    {
        await PolicyAsync("""{"validations":[{"expression":"object.data.k == 'good'"}]}""");
        await BindAsync("""{"validationActions":["Deny"]}""");

        var (good, _) = await CreateAsync("a", "good");
        var (code, status) = await CreateAsync("b", "bad");

        const string message = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.data.k == 'good'";
        Assert.That(good, Is.EqualTo(201));
        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Is.EqualTo($"configmaps \"b\" is forbidden: {message}"));
        Assert.That(status.Text("reason"), Is.EqualTo("Invalid"));
        Assert.That(status["details"]!["causes"]!.AsArray().Single()!["message"]!.ToString(), Is.EqualTo(message));
    }

    [Test]
    public async Task MessageExpressionAndReason_ShapeTheRefusal()
    {
        await PolicyAsync(
            """
            {"validations":[{"expression":"object.data.k == 'good'","reason":"Forbidden",
            "messageExpression":"request.userInfo.username + ' may not ' + request.operation + ' ' + variables.what"}],
            "variables":[{"name":"kind","expression":"request.kind.kind"},
            {"name":"what","expression":"variables.kind + ' in ' + namespaceObject.metadata.name"}]}
            """);
        await BindAsync("""{"validationActions":["Deny"]}""");

        var (code, status) = await CreateAsync("b", "bad");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "
                + "admin may not CREATE ConfigMap in default"));
        Assert.That(status.Text("reason"), Is.EqualTo("Forbidden"));
    }

    [Test]
    public async Task OldObject_OnUpdateAndDelete_IsSeen()
    {
        await PolicyAsync(
            """
            {"validations":[{"expression":"request.operation != 'UPDATE' || object.data.k == oldObject.data.k","message":" fixed "},
            {"expression":"request.operation != 'DELETE' || (object == null && oldObject.data.k != 'keep')","message":"kept"}]}
            """);
        await BindAsync("""{"validationActions":["Deny"]}""");
        await CreateAsync("a", "keep");

        var (update, updated) = await _cluster.Admin.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"data":{"k":"other"}}""", "application/merge-patch+json");
        var (delete, deleted) = await _cluster.Admin.SendAsync("DELETE", ConfigMaps + "/a");

        Assert.That((update, delete), Is.EqualTo((422, 422)));
        Assert.That(updated.Text("message"), Does.EndWith("denied request: fixed"));
        Assert.That(deleted.Text("message"), Does.EndWith("denied request: kept"));
    }

    [Test]
    public async Task WarnAction_LetsTheRequestPassWithAWarning()
    {
        await PolicyAsync("""{"validations":[{"expression":"false","message":"no"}]}""");
        await BindAsync("""{"validationActions":["Warn","Audit"]}""");

        using var response = await _cluster.Admin.SendRawAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        Assert.That((int)response.StatusCode, Is.EqualTo(201));
        Assert.That(
            response.Headers.GetValues("Warning").Single(),
            Does.Contain("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"));
        var metrics = (await _cluster.Admin.SendAsync("GET", "metrics")).Body.Text("text");
        const string name = "apiserver_validating_admission_policy_check_total";
        Assert.That(
            metrics.Split('\n'),
            Has.Some.StartsWith(name).And.Contains("enforcement_action=\"warn\"")
                .And.Contains("policy=\"p\"").And.Contains("policy_binding=\"b\"").And.Contains("error_type=\"invalid_error\""));
        Assert.That(
            metrics.Split('\n'),
            Has.Some.StartsWith("apiserver_validating_admission_policy_check_duration_seconds_count{")
                .And.Contains("enforcement_action=\"warn\""));
    }

    [TestCase("Fail", 422)]
    [TestCase("Ignore", 201)]
    public async Task FailedExpression_IsAnsweredByFailurePolicy(string failurePolicy, int expected)
    {
        await PolicyAsync(
            """{"failurePolicy":"FP","validations":[{"expression":"object.spec.x == 1"}]}"""
                .Replace("FP", failurePolicy, StringComparison.Ordinal));
        await BindAsync("""{"validationActions":["Deny"]}""");

        var (code, status) = await CreateAsync("a", "x");

        Assert.That(code, Is.EqualTo(expected));
        if (expected != 201)
        {
            Assert.That(
                status.Text("message"),
                Does.EndWith("denied request: expression 'object.spec.x == 1' resulted in error: no such key: spec"));
        }
    }

    [TestCase(
        """{"validations":[{"expression":"nothing == 1"}]}""",
        "spec.validations[0].expression: Invalid value: \"nothing == 1\": compilation failed: ERROR: <input>:1:1: undeclared "
        + "reference to 'nothing' (in container '')\n | nothing == 1\n | ^")]
    [TestCase(
        """{"validations":[{"expression":"true","messageExpression":"1"}]}""",
        "spec.validations[0].messageExpression: Invalid value: \"1\": must evaluate to string but got int")]
    [TestCase(
        """{"validations":[{"expression":"variables.v > 1"}],"variables":[{"name":"v","expression":"'a'"}]}""",
        "spec.validations[0].expression: Invalid value: \"variables.v > 1\": compilation failed: ERROR: <input>:1:13: found no "
        + "matching overload for '_>_' applied to '(string, int)'\n | variables.v > 1\n | ............^")]
    [TestCase(
        """{"auditAnnotations":[{"key":"k","valueExpression":"1"}]}""",
        "spec.auditAnnotations[0].valueExpression: Invalid value: \"1\": must evaluate to one of [string null_type] but got int")]
    public async Task ExpressionThatDoesNotCompile_IsRefusedWithThePolicy(string spec, string cause)
    {
        var (code, status) = await SendPolicyAsync(spec);

        Assert.That(code, Is.EqualTo(422));
        Assert.That(
            status.Text("message"), Is.EqualTo($"ValidatingAdmissionPolicy.admissionregistration.k8s.io \"p\" is invalid: {cause}"));
    }

    [TestCase("false", 201)]
    [TestCase("request.name == 'other'", 201)]
    [TestCase("request.name == 'a'", 422)]
    [TestCase("object.nothing == 1", 422)]
    public async Task MatchConditions_DecideWhetherThePolicyIsAsked(string condition, int expected)
    {
        await PolicyAsync(
            """{"matchConditions":[{"name":"c","expression":"COND"}],"validations":[{"expression":"false"}]}"""
                .Replace("COND", condition, StringComparison.Ordinal));
        await BindAsync("""{"validationActions":["Deny"]}""");

        Assert.That((await CreateAsync("a", "x")).Code, Is.EqualTo(expected));
    }

    [Test]
    public async Task Parameters_ByNameAndSelector_AreEachAsked()
    {
        await PolicyAsync(
            """
            {"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConditions":[{"name":"c","expression":
            "!object.metadata.name.startsWith('param')"}],"validations":[{"expression":"params.data.k != object.data.k",
            "messageExpression":"params.metadata.name + ' has it'"}]}
            """);
        await _cluster.Admin.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("param1", "one", "\"p\":\"1\""));
        await _cluster.Admin.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("param2", "two", "\"p\":\"1\""));
        await BindAsync(
            """{"validationActions":["Deny"],"paramRef":{"selector":{"matchLabels":{"p":"1"}},"parameterNotFoundAction":"Deny"}}""");

        Assert.That((await CreateAsync("a", "three")).Code, Is.EqualTo(201));
        Assert.That((await CreateAsync("b", "one")).Body.Text("message"), Does.EndWith("denied request: param1 has it"));
        Assert.That((await CreateAsync("c", "two")).Body.Text("message"), Does.EndWith("denied request: param2 has it"));
    }

    [TestCase("Deny", 422)]
    [TestCase("Allow", 201)]
    public async Task MissingParameter_IsAnsweredByItsAction(string action, int expected)
    {
        await PolicyAsync(
            """{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"false"}]}""");
        await BindAsync(
            """{"validationActions":["Deny"],"paramRef":{"name":"none","parameterNotFoundAction":"ACT"}}"""
                .Replace("ACT", action, StringComparison.Ordinal));

        var (code, status) = await CreateAsync("a", "x");

        Assert.That(code, Is.EqualTo(expected));
        if (expected == 422)
        {
            Assert.That(
                status.Text("message"),
                Does.EndWith(
                    "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"));
        }
    }

    [TestCase("object.metadata.namespace.matches('(a+)+$') || true", 201)]
    [TestCase("[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, "
        + "[1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, a+b+c+d+e+f > 0))))))", 422)]
    public async Task HostileExpression_IsBounded(string expression, int expected)
    {
        var spec = new JsonObject
        {
            ["validations"] = new JsonArray(new JsonObject { ["expression"] = expression }),
        };
        await PolicyAsync(spec.ToJsonString());
        await BindAsync("""{"validationActions":["Deny"]}""");

        var (code, status) = await CreateAsync("a", "x");

        Assert.That(code, Is.EqualTo(expected));
        if (expected == 422)
        {
            Assert.That(status.Text("message"), Does.EndWith("resulted in error: operation cancelled: actual cost limit exceeded"));
        }
    }

    [Test]
    public async Task PolicyDeletedOrUnbound_NoLongerRefuses()
    {
        await PolicyAsync("""{"validations":[{"expression":"false"}]}""");
        Assert.That((await CreateAsync("a", "x")).Code, Is.EqualTo(201), "not bound yet");
        await BindAsync("""{"validationActions":["Deny"]}""");
        Assert.That((await CreateAsync("b", "x")).Code, Is.EqualTo(422));

        var (deleted, _) = await _cluster.Admin.SendAsync("DELETE", Policies + "/p");

        Assert.That(deleted, Is.EqualTo(200));
        Assert.That((await CreateAsync("c", "x")).Code, Is.EqualTo(201));
    }

    private Task<(int Code, JsonObject Body)> CreateAsync(string name, string data) =>
        _cluster.Admin.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap(name, data));

    private async Task PolicyAsync(string spec)
    {
        var (code, answer) = await SendPolicyAsync(spec);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }

    private Task<(int Code, JsonObject Body)> SendPolicyAsync(string spec)
    {
        var policy = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p" }, ["spec"] = JsonNode.Parse(spec) };
        policy["spec"]!["matchConstraints"] = JsonNode.Parse(
            """{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["configmaps"]}]}""");
        return _cluster.Admin.SendAsync("POST", Policies, policy.ToJsonString());
    }

    private async Task BindAsync(string spec)
    {
        var binding = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "b" }, ["spec"] = JsonNode.Parse(spec) };
        binding["spec"]!["policyName"] = "p";
        await _cluster.CreateAsync(Bindings, binding.ToJsonString());
    }
}
