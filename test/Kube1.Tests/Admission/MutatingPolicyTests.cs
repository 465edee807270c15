using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>What MutatingAdmissionPolicies change, in which order, and with what they are put to use.</summary>
[TestFixture]
public sealed class MutatingPolicyTests
{
    private PolicyCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await PolicyCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [Test]
    public async Task ApplyConfiguration_IsMergedAndOwnedByNobody()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{data: {'added': object.data.k + '!'}, metadata: Object.metadata{labels: {'x': 'y'}}}",
            "{}");

        var (code, created) = await _cluster.Admin.SendAsync(
            "POST", ConfigMaps + "?fieldManager=me", ApiTestClient.ConfigMap("a", "d", "\"l\":\"1\""));

        Assert.That(code, Is.EqualTo(201));
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d","added":"d!"}"""));
        Assert.That(created["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo("""{"l":"1","x":"y"}"""));
        Assert.That(created["metadata"]!["managedFields"]!.ToJsonString(), Does.Not.Contain("f:added"));
        Assert.That((await _cluster.Admin.SendAsync("GET", ConfigMaps + "/a")).Body.Text("data.added"), Is.EqualTo("d!"));
    }

    [Test]
    public async Task JsonPatch_BelowAPartThatNobodyWrote_FindsIt()
    {
        await _cluster.MutateAsync(
            "p", "JSONPatch",
            """
            !has(object.spec.jobTemplate.spec.template.metadata.annotations) && has(object.status) ? [JSONPatch{op: 'add',
              path: '/spec/jobTemplate/spec/template/metadata/annotations', value: {'sidecar': 'false'}}] : []
            """,
            "{}", "{" + Constraints("batch", "v1", "cronjobs") + "}");

        var (code, created) = await _cluster.Admin.SendAsync("POST", "apis/batch/v1/namespaces/default/cronjobs", """
            {"metadata":{"name":"c"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never",
            "containers":[{"name":"c","image":"i"}]}}}}}}
            """);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(
            created["spec"]!["jobTemplate"]!["spec"]!["template"]!["metadata"]!["annotations"]!.ToJsonString(),
            Is.EqualTo("""{"sidecar":"false"}"""));
    }

    [Test]
    public async Task ApplyConfiguration_OfADeployment_MergesKeyedListsAndIsDefaulted()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration",
            """
            Object{spec: Object.spec{replicas: 3, template: Object.spec.template{spec: Object.spec.template.spec{
              containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{
                name: c.name, env: [Object.spec.template.spec.containers.env{name: 'E', value: 'v'}]}) +
                [Object.spec.template.spec.containers{name: 'side', image: 's:1',
                  ?workingDir: optional.of('/w'), ?tty: optional.none()}]}}}}
            """,
            "{}", "{" + Constraints("apps", "v1", "deployments") + "}");

        var (code, created) = await _cluster.Admin.SendAsync("POST", Deployments, Deployment);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created["spec"]!["replicas"]!.ToString(), Is.EqualTo("3"));
        var containers = created["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.That(containers.Select(c => $"{c!["name"]}={c["image"]}"), Is.EqualTo(new[] { "c=i", "side=s:1" }));
        Assert.That(containers[0]!["env"]!.ToJsonString(), Is.EqualTo("""[{"name":"E","value":"v"}]"""));
        Assert.That(containers[1]!["imagePullPolicy"]!.ToString(), Is.EqualTo("IfNotPresent"));
        Assert.That(containers[1]!["workingDir"]!.ToString(), Is.EqualTo("/w"));
        Assert.That(containers[1]!.AsObject().ContainsKey("tty"), Is.False);
    }

    [Test]
    public async Task JsonPatch_OperationsAndEscapedKeys_AreApplied()
    {
        await _cluster.MutateAsync(
            "p", "JSONPatch",
            """
            [JSONPatch{op: 'test', path: '/data/k', value: 'd'},
             JSONPatch{op: 'add', path: '/metadata/annotations', value: {}},
             JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('example.com/a_b'),
               value: request.userInfo.username},
             JSONPatch{op: 'copy', from: '/data/k', path: '/data/copy'},
             JSONPatch{op: 'add', path: '/metadata/ownerReferences', value: [Object.metadata.ownerReferences{
               apiVersion: 'v1', kind: 'Pod', name: 'n', uid: 'u', controller: true}]},
             JSONPatch{op: 'remove', path: '/data/k'}]
            """,
            "{}");

        var (code, created) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"copy":"d"}"""));
        Assert.That(created["metadata"]!["annotations"]!.ToJsonString(), Is.EqualTo("""{"example.com/a_b":"admin"}"""));
        Assert.That(
            created["metadata"]!["ownerReferences"]!.ToJsonString(),
            Is.EqualTo("""[{"apiVersion":"v1","kind":"Pod","name":"n","uid":"u","controller":true}]"""));
    }

    [Test]
    public async Task JsonPatch_WhoseTestFails_ChangesNothing()
    {
        await _cluster.MutateAsync(
            "p", "JSONPatch",
            "[JSONPatch{op: 'add', path: '/data/x', value: 'y'}, JSONPatch{op: 'test', path: '/data/k', value: 'other'}]", "{}");

        var (code, created) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d"}"""));
    }

    [Test]
    public async Task Mutations_SeeEachOthersWork_AndVariablesAreComputedAnew()
    {
        await _cluster.MutateAsync("p1", """
            {"variables":[{"name":"n","expression":"size(object.data)"}],"mutations":[
            {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'first': string(variables.n)}}"}},
            {"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'add', path: '/data/second', value: string(variables.n)}]"}}]}
            """);
        await _cluster.MutateAsync("p2", "ApplyConfiguration", "Object{data: {'third': object.data.second + oldObject.data.k}}",
            "{}", """{"matchConditions":[{"name":"c","expression":"request.operation == 'UPDATE'"}]}""");

        var (_, created) = await _cluster.CreateAsync("a");
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d","first":"1","second":"2"}"""));

        var (code, updated) = await _cluster.Admin.SendAsync(
            "PUT", ConfigMaps + "/a", ApiTestClient.ConfigMap("a", "new"));
        Assert.That(code, Is.EqualTo(200), updated.ToJsonString());
        Assert.That(updated["data"]!.ToJsonString(), Is.EqualTo("""{"k":"new","first":"1","second":"2","third":"2d"}"""));
    }

    [Test]
    public async Task Parameters_Selected_AreEachApplied()
    {
        await _cluster.CreateAsync("param1", "one", "\"p\":\"1\"");
        await _cluster.CreateAsync("param2", "two", "\"p\":\"1\"");
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{data: {params.metadata.name: params.data.k}}",
            """{"paramRef":{"selector":{"matchLabels":{"p":"1"}},"parameterNotFoundAction":"Deny"}}""",
            """{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"}}""");

        var (code, created) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d","param1":"one","param2":"two"}"""));
    }

    [Test]
    public async Task MatchResourcesOfBindingAndPolicy_LeaveOut()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{data: {'x': 'y'}}",
            """{"matchResources":{"objectSelector":{"matchLabels":{"pick":"me"}},"excludeResourceRules":[{"apiGroups":[""],"apiVersions":["*"],"operations":["*"],"resources":["configmaps"],"resourceNames":["not-me"]}]}}""");

        Assert.That((await _cluster.CreateAsync("a")).Body.Text("data.x"), Is.Empty);
        Assert.That((await _cluster.CreateAsync("b", "d", "\"pick\":\"me\"")).Body.Text("data.x"), Is.EqualTo("y"));
        Assert.That((await _cluster.CreateAsync("not-me", "d", "\"pick\":\"me\"")).Body.Text("data.x"), Is.Empty);
    }

    [Test]
    public async Task Order_PoliciesGoBeforeWebhooksAndValidation()
    {
        _cluster.Webhooks.Hooks.Patch("hook", """[{"op":"copy","from":"/data/policy","path":"/data/hook"}]""");
        await _cluster.Webhooks.AddAsync(isMutating: true, "hook");
        await _cluster.MutateAsync("p", "ApplyConfiguration", "Object{data: {'policy': 'was here'}}", "{}");
        await _cluster.ValidateAsync("v", """{"validations":[{"expression":"object.data.hook == 'was here'"}]}""");

        var (code, created) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
    }

    [TestCase("IfNeeded", "1;2")]
    [TestCase("Never", "1")]
    public async Task ReinvocationPolicy_AfterAWebhookHasChangedTheObject(string policy, string expected)
    {
        _cluster.Webhooks.Hooks.Patch("hook", """[{"op":"add","path":"/data/hook","value":"x"}]""");
        await _cluster.Webhooks.AddAsync(isMutating: true, "hook");
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration",
            "Object{data: {'seen': 'hook' in object.data ? object.data.seen + ';2' : '1'}}", "{}",
            $$"""{"reinvocationPolicy":"{{policy}}"}""");

        var (code, created) = await _cluster.CreateAsync("a");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("data.seen"), Is.EqualTo(expected));
        Assert.That(_cluster.Webhooks.Hooks.Calls, Has.Count.EqualTo(1), "the webhook's policy is Never");
    }

    [Test]
    public async Task Reinvocation_OfAWebhook_AfterAPolicyAndOfAPolicyAfterAPolicy()
    {
        _cluster.Webhooks.Hooks.Patch("hook", """[{"op":"add","path":"/data/hook","value":"x"}]""");
        await _cluster.Webhooks.AddAsync(isMutating: true, "hook", "\"reinvocationPolicy\":\"IfNeeded\"");
        await _cluster.MutateAsync(
            "p1", "ApplyConfiguration", "Object{data: {'first': string(size(object.data))}}", "{}",
            """{"reinvocationPolicy":"IfNeeded"}""");
        await _cluster.MutateAsync("p2", "ApplyConfiguration", "Object{data: {'second': string(size(object.data))}}", "{}");

        var (_, created) = await _cluster.CreateAsync("a");

        // p1 sees one entry, then (with p2's and the hook's) four; p2 is not asked again; the hook is, since p1 has changed it.
        Assert.That(
            created["data"]!.ToJsonString(), Is.EqualTo("""{"k":"d","first":"4","second":"2","hook":"x"}"""));
        Assert.That(_cluster.Webhooks.Hooks.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task ScaleSubresource_IsMutated()
    {
        await _cluster.Admin.SendAsync("POST", Deployments, Deployment);
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{spec: Object.spec{replicas: 2}}", "{}",
            "{" + Constraints("apps", "v1", "deployments/scale", "UPDATE")
            + ",\"matchConditions\":[{\"name\":\"c\",\"expression\":\"request.kind.kind == 'Scale'\"}]}");

        var (code, scale) = await _cluster.Admin.SendAsync(
            "PATCH", Deployments + "/web/scale", """{"spec":{"replicas":7}}""", "application/merge-patch+json");

        Assert.That(code, Is.EqualTo(200), scale.ToJsonString());
        Assert.That(scale.Text("spec.replicas"), Is.EqualTo("2"));
    }

    [Test]
    public async Task PoliciesAndReviews_AreNeverMutated()
    {
        await _cluster.MutateAsync(
            "p", "ApplyConfiguration", "Object{metadata: Object.metadata{labels: {'x': 'y'}}}", "{}",
            "{" + Constraints("*", "*", "*", "*") + "}");
        var (_, policy) = await _cluster.SendMutatingAsync(
            "other", """{"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'add'}]"}}]}""");
        var (code, review) = await _cluster.Admin.SendAsync(
            "POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", """{"metadata":{}}""");

        Assert.That(policy["metadata"]!["labels"], Is.Null);
        Assert.That(code, Is.EqualTo(201));
        Assert.That(review["metadata"]!["labels"], Is.Null);
        Assert.That((await _cluster.CreateAsync("a")).Body.Text("metadata.labels.x"), Is.EqualTo("y"));
    }
}
