using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>What a write needs to be true of the object: its uid, its revision, and that the client may create it.</summary>
public sealed class WriteConditionTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Leases = "apis/coordination.k8s.io/v1/namespaces/default/leases";
    private const string Merge = "application/merge-patch+json";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Put_OtherUid_ConflictButPatchInvalid()
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var put = await Http.SendAsync("PUT", ConfigMaps + "/a", """{"metadata":{"name":"a","uid":"other"}}""");
        var patch = await Http.SendAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"uid":"other"}}""", Merge);

        Assert.That(put.Code, Is.EqualTo(409));
        Assert.That(put.Body.Text("message"), Does.Contain("Precondition failed: UID in precondition: other"));
        Assert.That(patch.Code, Is.EqualTo(422), patch.Body.ToJsonString());
        Assert.That(patch.Body.Text("details.causes.0.field"), Is.EqualTo("metadata.uid"));
    }

    [Test]
    public async Task Put_RevisionOfNoNumber_PlainError()
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, status) = await Http.SendAsync(
            "PUT", ConfigMaps + "/a", """{"metadata":{"name":"a","resourceVersion":"abc"}}""");

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.EqualTo("strconv.ParseUint: parsing \"abc\": invalid syntax"));
    }

    [Test]
    public async Task Put_NoRevisionWhereOneIsNeeded_NamesTheResource()
    {
        await Http.SendAsync("POST", Leases, """{"metadata":{"name":"l"}}""");

        var (code, status) = await Http.SendAsync("PUT", Leases + "/l", """{"metadata":{"name":"l"}}""");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Is.EqualTo(
            "leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for "
            + "an update"));
        Assert.That(status.Text("details.kind"), Is.EqualTo("leases"));
    }

    [Test]
    public async Task Put_FreeNameWithUid_ConflictInsteadOfAnotherObject()
    {
        var (code, status) = await Http.SendAsync("PUT", Leases + "/l", """{"metadata":{"name":"l","uid":"gone"}}""");

        Assert.That(code, Is.EqualTo(409), status.ToJsonString());
        Assert.That(status.Text("message"), Does.EndWith("UID in precondition: gone, UID in object meta: "));
        Assert.That((await Http.SendAsync("GET", Leases + "/l")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Put_FreeName_TakesThePermissionToCreate()
    {
        await using var secure = await SecureCluster.StartAsync();
        const string rbac = "apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await secure.CreateAsync(rbac + "roles", """
            {"metadata":{"name":"renewer"},"rules":[{"apiGroups":["coordination.k8s.io"],"resources":["leases"],
            "verbs":["update"]}]}
            """);
        await secure.CreateAsync(rbac + "rolebindings", """
            {"metadata":{"name":"renewer"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"renewer"},
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
            """);

        var (code, status) = await secure.As("alice").SendAsync("PUT", Leases + "/l", """{"metadata":{"name":"l"}}""");

        Assert.That(code, Is.EqualTo(403), status.ToJsonString());
        Assert.That(status.Text("message"), Is.EqualTo(
            "leases.coordination.k8s.io \"l\" is forbidden: User \"alice\" cannot create resource \"leases\" in API group "
            + "\"coordination.k8s.io\" in the namespace \"default\""));
    }

    [Test]
    public async Task Patch_ManyAtOnce_NoneLosesAllItsRaces()
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        const int patches = 60;

        var codes = await Task.WhenAll(Enumerable.Range(0, patches).Select(async i =>
            (await Http.SendAsync("PATCH", ConfigMaps + "/a", $$$"""{"data":{"k{{{i}}}":"v"}}""", Merge)).Code));

        Assert.That(codes, Is.All.EqualTo(200));
        var (_, read) = await Http.SendAsync("GET", ConfigMaps + "/a");
        Assert.That(read["data"]!.AsObject(), Has.Count.EqualTo(patches + 1));
    }

    [Test]
    public async Task Scale_NameOrNamespaceOfAnother_BadRequest()
    {
        const string deployments = "apis/apps/v1/namespaces/default/deployments";
        await Http.SendAsync("POST", deployments, """
            {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{
            "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);

        var nameless = await Http.SendAsync("PUT", deployments + "/d/scale", """{"spec":{"replicas":2}}""");
        var elsewhere = await Http.SendAsync(
            "PUT", deployments + "/d/scale", """{"metadata":{"name":"d","namespace":"other"},"spec":{"replicas":2}}""");

        Assert.That((nameless.Code, nameless.Body.Text("message")), Is.EqualTo(
            (400, "the name of the object (d based on URL) was undeterminable: name must be provided")));
        Assert.That((elsewhere.Code, elsewhere.Body.Text("message")), Is.EqualTo(
            (400, "the namespace of the provided object does not match the namespace sent on the request")));
    }
}
