using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>MutatingAdmissionPolicies that cannot be applied, do not fit together, or mean harm.</summary>
[TestFixture]
public sealed class MutatingPolicyFailureTests
{
    private const string DeniedByP = "policy 'p' with binding 'p' denied request: ";

    private PolicyCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await PolicyCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [TestCase("ApplyConfiguration", "Object{nothing: 1}",
        "error applying patch: failed to convert patch object to typed object: .nothing: field not declared in schema")]
    [TestCase("ApplyConfiguration", "Object{immutable: 'yes'}",
        "error applying patch: failed to convert patch object to typed object: .immutable: expected boolean, got &{yes}")]
    [TestCase("ApplyConfiguration", "Object{metadata: Object.spec{name: 'x'}}",
        "type mismatch: unexpected type name \"Object.spec\", expected \"Object.metadata\", which matches field name path from root Object type")]
    [TestCase("ApplyConfiguration", "Object{data: object.nothing}",
        "expression 'Object{data: object.nothing}' resulted in error: no such key: nothing")]
    [TestCase("ApplyConfiguration",
        "Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{uid: 'u', name: 'n'}]}}",
        "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .metadata.ownerReferences[0]")]
    [TestCase("JSONPatch", "[JSONPatch{op: 'replace', path: '/data/x', value: 'y'}]",
        "JSON Patch: replace operation does not apply: doc is missing key: /data/x: missing value")]
    [TestCase("JSONPatch", "[JSONPatch{op: 'burn', path: '/data'}]", "JSON Patch: Unexpected kind: burn")]
    [TestCase("JSONPatch", "[JSONPatch{op: dyn(1), path: '/data'}]",
        "expression '[JSONPatch{op: dyn(1), path: '/data'}]' resulted in error: unexpected type int64 for JSONPatchType 'op' field")]
    [TestCase("JSONPatch", "[JSONPatch{op: 'add', path: '/data', value: Object.data{x: Object.x{}}}]",
        "type mismatch: unexpected type name \"Object.x\", expected \"Object.data.x\", which matches field name path from root Object type")]
    [TestCase("ApplyConfiguration", "object.data.k == 'x' ? Object{} : null",
        "unsupported return type from ApplyConfiguration expression: null")]
    [TestCase("ApplyConfiguration", "Object{data: {1: 'x'}}", "invalid return type: int")]
    [TestCase("ApplyConfiguration", "Object{data: {'x': timestamp('2030-01-01T00:00:00Z')}}",
        "invalid return type: google.protobuf.Timestamp")]
    [TestCase("JSONPatch", "[object.data.k == 'x' ? JSONPatch{} : null]",
        "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch: type conversion error from 'null' to "
        + "'*mutation.JSONPatchVal'")]
    [TestCase("JSONPatch", "[JSONPatch{op: 'replace', path: '', value: 1}]", "JSON Patch: the patched document is no object")]
    [TestCase("JSONPatch", "[JSONPatch{}]", "JSON Patch: Unexpected kind: ")]
    public async Task Mutation_ThatDoesNotApply_RefusesOrIsIgnored(string type, string expression, string why)
    {
        await _cluster.MutateAsync("p", type, expression, "{}");
        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(status.Text("message"), Is.EqualTo(DeniedByP + why));
        Assert.That((code, status.Text("reason")), Is.EqualTo((403, "Invalid")));
        Assert.That(status["details"]!["causes"]!.AsArray().Single()!["message"]!.ToString(), Is.EqualTo(DeniedByP + why));

        await _cluster.ResetAsync();
        await _cluster.MutateAsync("p", type, expression, "{}", """{"failurePolicy":"Ignore"}""");
        await _cluster.MutateAsync("q", "ApplyConfiguration", "Object{data: {'q': 'r'}}", "{}");
        var (ignored, created) = await _cluster.CreateAsync("a");

        Assert.That(ignored, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d","q":"r"}"""));
    }

    [Test]
    public async Task JsonPatch_WithAFieldThatIsNone_IsAnInternalErrorWhateverTheFailurePolicy()
    {
        await _cluster.MutateAsync(
            "p", "JSONPatch", "[JSONPatch{op: 'add', path: '/nothing', value: 1}]", "{}", """{"failurePolicy":"Ignore"}""");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That((code, status.Text("reason")), Is.EqualTo((500, "InternalError")));
        Assert.That(
            status.Text("message"), Is.EqualTo("Internal error occurred: strict decoding error: unknown field \"nothing\""));
    }

    [Test]
    public async Task AtomicFields_OfADeployment_AreNamed()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration",
            """
            Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'x': 'y'}}, template: Object.spec.template{
            spec: Object.spec.template.spec{nodeSelector: {'n': 'm'}, containers: [Object.spec.template.spec.containers{
            name: 'c', args: ['a']}]}}}}
            """,
            "{}", "{" + Constraints("apps", "v1", "deployments") + "}");

        var (code, status) = await _cluster.Admin.SendAsync("POST", Deployments, Deployment);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                DeniedByP + "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
                + ".spec.selector, .spec.template.spec.nodeSelector, .spec.template.spec.containers[0].args"));
    }

    [TestCase("Deny", 403)]
    [TestCase("Allow", 201)]
    public async Task MissingParameter_IsAnsweredByItsAction(string action, int expected)
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{data: {'x': params.data.k}}",
            """{"paramRef":{"name":"none","parameterNotFoundAction":"ACT"}}""".Replace("ACT", action, StringComparison.Ordinal),
            """{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"}}""");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(expected));
        if (expected == 403)
        {
            Assert.That(status.Text("reason"), Is.EqualTo("Forbidden"));
            Assert.That(
                status.Text("message"),
                Is.EqualTo(
                    DeniedByP + "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"));
        }
    }

    [Test]
    public async Task UnknownParamKind_AndFailedConditions_AreAllTold()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{data: {'x': 'y'}}",
            """{"paramRef":{"name":"none","parameterNotFoundAction":"Allow"}}""",
            """{"paramKind":{"apiVersion":"example.com/v1","kind":"Nothing"}}""");
        await _cluster.MutateAsync(
            "q", "ApplyConfiguration", "Object{data: {'x': 'y'}}", "{}",
            """{"matchConditions":[{"name":"c","expression":"object.none == 1"}]}""");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status["details"]!["causes"]!.AsArray().Select(c => c!["message"]!.ToString()), Is.EqualTo(new[]
        {
            DeniedByP + "failed to configure binding: paramKind kind `&ParamKind{APIVersion:example.com/v1,Kind:Nothing,}` not known",
            "policy 'q' with binding 'q' denied request: expression 'object.none == 1' resulted in error: no such key: none",
        }));
        Assert.That(status["details"]!["name"]!.ToString(), Is.EqualTo("a"));
    }

    [Test]
    public async Task ConflictingPolicies_TheLastInOrderWins()
    {
        await _cluster.MutateAsync("b", "ApplyConfiguration", "Object{data: {'x': 'b'}}", "{}");
        await _cluster.MutateAsync(
            "a", "ApplyConfiguration", "Object{data: {'x': 'a'}}", "{}", """{"reinvocationPolicy":"IfNeeded"}""");

        // a, b, and a once more, since b has changed what a made: no more rounds than two.
        Assert.That((await _cluster.CreateAsync("c")).Body.Text("data.x"), Is.EqualTo("a"));
    }

    [Test]
    public async Task Mutation_ToAnInvalidObject_IsRefusedAsTheUsersOwnWouldBe()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{metadata: Object.metadata{labels: {'bad key': 'x'}}}", "{}");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Does.Contain("metadata.labels: Invalid value: \"bad key\""));
    }

    [TestCase("[JSONPatch{op: 'replace', path: '/kind', value: 'Secret'}]", 500)]
    [TestCase("[JSONPatch{op: 'remove', path: '/apiVersion'}]", 500)]
    [TestCase("[JSONPatch{op: 'replace', path: '', value: {}}]", 500)]
    [TestCase("[JSONPatch{op: 'replace', path: '/data', value: 'text'}]", 500)]
    [TestCase("[JSONPatch{op: 'remove', path: '/metadata'}]", 422)]
    [TestCase("[JSONPatch{op: 'replace', path: '/metadata/name', value: ''}]", 422)]
    public async Task Patch_ThatLeavesNoSuchObject_IsRefused(string patch, int expected)
    {
        await _cluster.MutateAsync("p", "JSONPatch", patch, "{}");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(expected), status.ToJsonString());
        Assert.That(status.Text("message"), Does.Not.Contain("Exception").And.Not.Contain("at Kube1"));
    }

    [Test]
    public async Task DearExpression_IsStopped()
    {
        const string digits = "[1,2,3,4,5,6,7,8,9,10]";
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration",
            $"Object{{data: {{'x': string({digits}.all(a, {digits}.all(b, {digits}.all(c, {digits}.all(d, {digits}.all(e, "
            + $"{digits}.all(f, a+b+c+d+e+f > 0)))))))}}}}",
            "{}");

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Does.EndWith("operation cancelled: actual cost limit exceeded"));
        Assert.That(
            (await _cluster.Admin.SendAsync("GET", "metrics")).Body.Text("text").Split('\n'),
            Has.Some.StartsWith("apiserver_mutating_admission_policy_check_total{")
                .And.Contains("policy=\"p\"").And.Contains("policy_binding=\"p\"").And.Contains("error_type=\"invalid_error\""));
    }

    [Test]
    public async Task DearVariables_SpendTheBudgetOfAMutation()
    {
        const string digits = "[1,2,3,4,5,6,7,8,9,10]";
        var dear = $"{digits}.all(a, {digits}.all(b, {digits}.all(c, {digits}.all(d, {digits}.all(e, a+b+c+d+e > 0)))))";
        var names = Enumerable.Range(0, 40).Select(i => $"v{i}").ToList();
        var spec = new JsonObject
        {
            ["variables"] = new JsonArray(
                [.. names.Select(n => new JsonObject { ["name"] = n, ["expression"] = dear })]),
            ["mutations"] = new JsonArray(Mutation(
                "ApplyConfiguration", $"Object{{data: {{'x': string({string.Join(" && ", names.Select(n => "variables." + n))})}}}}")),
        };
        await _cluster.MutateAsync("p", spec.ToJsonString());

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(DeniedByP + "validation failed due to running out of cost budget, no further validation rules will be run"));
    }

    [TestCase("ApplyConfiguration", "Object{data: {'x': variables.v39}}")]
    [TestCase("JSONPatch", "[JSONPatch{op: 'add', path: '/data/x', value: variables.v39}]")]
    public async Task ValueThatHoldsItselfManyTimes_IsNotWrittenOut(string type, string expression)
    {
        // Each variable is a short list of the one before: 10^40 items, for next to no cost.
        var variables = new JsonArray(new JsonObject { ["name"] = "v0", ["expression"] = "dyn(['x'])" });
        for (var i = 1; i < 40; i++)
        {
            variables.Add((JsonNode)new JsonObject
            {
                ["name"] = $"v{i}", ["expression"] = $"dyn([{string.Join(',', Enumerable.Repeat($"variables.v{i - 1}", 10))}])",
            });
        }

        var spec = new JsonObject
        {
            ["variables"] = variables, ["mutations"] = new JsonArray(Mutation(type, expression)),
        };
        await _cluster.MutateAsync("p", spec.ToJsonString());

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(DeniedByP + "the expression's result is larger than 3145728 bytes"));
    }

    [Test]
    public async Task LongChainOfVariables_IsAnErrorAndNotTheEndOfTheServer()
    {
        var variables = new JsonArray(new JsonObject { ["name"] = "v0", ["expression"] = "'x'" });
        for (var i = 1; i < 8000; i++)
        {
            variables.Add((JsonNode)new JsonObject { ["name"] = $"v{i}", ["expression"] = $"variables.v{i - 1}" });
        }

        var spec = new JsonObject
        {
            ["variables"] = variables,
            ["mutations"] = new JsonArray(Mutation("ApplyConfiguration", "Object{data: {'x': variables.v7999}}")),
        };
        await _cluster.MutateAsync("p", spec.ToJsonString());

        var (code, status) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201).Or.EqualTo(403), status.ToJsonString());
        await _cluster.ResetAsync();
        Assert.That((await _cluster.CreateAsync("b")).Code, Is.EqualTo(201));
    }

    [TestCase("""{"mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"1"}}]}""",
        "spec.mutations[0].applyConfiguration.expression: Invalid value: \"1\": must evaluate to Object but got int")]
    [TestCase("""{"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[1]"}}]}""",
        "spec.mutations[0].jsonPatch.expression: Invalid value: \"[1]\": must evaluate to list(JSONPatch) but got list(int)")]
    [TestCase("""{"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 1}]"}}]}""",
        "spec.mutations[0].jsonPatch.expression: Invalid value: \"[JSONPatch{op: 1}]\": compilation failed: ERROR: <input>:1:14: "
        + "expected type of field 'op' is 'string' but provided type is 'int'\n | [JSONPatch{op: 1}]\n | .............^")]
    [TestCase(
        """{"variables":[{"name":"v","expression":"Object{}"}],"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{}]"}}]}""",
        "spec.variables[0].expression: Invalid value: \"Object{}\": compilation failed: ERROR: <input>:1:7: undeclared reference to "
        + "'Object' (in container '')\n | Object{}\n | ......^")]
    [TestCase(
        """{"matchConditions":[{"name":"c","expression":"variables.v"}],"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{}]"}}]}""",
        "spec.matchConditions[0].expression: Invalid value: \"variables.v\": compilation failed: ERROR: <input>:1:1: undeclared "
        + "reference to 'variables' (in container '')\n | variables.v\n | ^")]
    [TestCase(
        """{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["DELETE"],"resources":["configmaps"]}]},"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{}]"}}]}""",
        "spec.matchConstraints.resourceRules.operations: Unsupported value: \"DELETE\": supported values: \"*\", \"CONNECT\", "
        + "\"CREATE\", \"UPDATE\"")]
    public async Task PolicyThatCannotWork_IsRefusedWhenItIsWritten(string spec, string cause)
    {
        var (code, status) = await _cluster.SendMutatingAsync("p", spec);

        Assert.That(
            status.Text("message"), Is.EqualTo($"MutatingAdmissionPolicy.admissionregistration.k8s.io \"p\" is invalid: {cause}"));
        Assert.That(code, Is.EqualTo(422));
    }
}
