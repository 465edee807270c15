using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Storage;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The life of a definition: names, conditions, discovery, deletion.</summary>
public sealed class DefinitionTests
{
    private const string Definitions = CustomResourceServer.Definitions;
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private CustomResourceServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await CustomResourceServer.StartAsync();

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Create_Definition_IsAcceptedThenEstablished()
    {
        await using var watch = await WatchStream.OpenAsync(_server.Http, Definitions + "?watch=1&resourceVersion=0");
        await watch.NextAsync();
        await _server.ExpectAsync(201, "POST", Definitions, Plain("foos", "Foo"));

        var states = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var (_, definition) = await watch.NextAsync();
            states.Add(string.Join(", ", definition["status"]!["conditions"]?.AsArray().Select(
                c => $"{c!["type"]} {c["status"]} {c["reason"]}: {c["message"]}") ?? []));
        }

        Assert.That(states, Is.EqualTo(new[]
        {
            "",
            "NamesAccepted True NoConflicts: no conflicts found, Established False Installing: the initial names have been accepted",
            "NamesAccepted True NoConflicts: no conflicts found, Established True InitialNamesAccepted: the initial names have been accepted",
        }));
    }

    [Test]
    public async Task Create_NamesInUse_WaitUntilTheyAreFree()
    {
        await _server.DefineAsync(Plain("foos", "Foo", ",\"shortNames\":[\"f\"]"));
        await _server.ExpectAsync(201, "POST", Definitions, Plain("bars", "Foo", ",\"shortNames\":[\"b\",\"f\"]"));

        var refused = await _server.WaitForAsync(
            "bars.example.com", d => CustomResourceServer.Condition(d, "NamesAccepted") is not null);
        await _server.ExpectAsync(404, "GET", "apis/example.com/v1/bars");
        await _server.ExpectAsync(200, "DELETE", Definitions + "/foos.example.com");
        var accepted = await _server.WaitForAsync(
            "bars.example.com", d => CustomResourceServer.Condition(d, "Established")?.Text("status") == "True");

        var condition = CustomResourceServer.Condition(refused!, "NamesAccepted")!;
        Assert.That(condition.Text("reason") + ": " + condition.Text("message"), Is.EqualTo(
            "ListKindConflict: \"FooList\" is already in use"));
        Assert.That(CustomResourceServer.Condition(refused!, "Established")!.Text("message"), Is.EqualTo("not all names are accepted"));
        Assert.That(refused!["status"]!["acceptedNames"]!.ToJsonString(), Is.EqualTo(
            """{"plural":"bars","singular":"foo","kind":""}""").Or.EqualTo("""{"plural":"bars","kind":""}"""));
        Assert.That(accepted!.Text("status.acceptedNames.kind"), Is.EqualTo("Foo"));
    }

    [Test]
    public async Task Delete_Definition_TakesItsObjectsWithIt()
    {
        await _server.ExpectAsync(
            201, "POST", CustomResourceServer.Crontabs,
            CustomResourceServer.Object("held", metadata: ",\"finalizers\":[\"example.com/mine\"]"));
        await _server.ExpectAsync(201, "POST", CustomResourceServer.Crontabs, CustomResourceServer.Object("free"));
        await using var watch = await WatchStream.OpenAsync(_server.Http, CustomResourceServer.Crontabs + "?watch=1&resourceVersion=0");
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED free v1"));
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED held v1"));

        var marked = await _server.ExpectAsync(200, "DELETE", $"{Definitions}/{CustomResourceServer.Name}");
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("DELETED free v1"));
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("MODIFIED held v1"));
        var refused = await _server.ExpectAsync(
            403, "POST", CustomResourceServer.Crontabs, CustomResourceServer.Object("late"));
        var listed = await _server.ExpectAsync(200, "GET", "apis/stable.example.com/v1");
        await _server.ExpectAsync(
            200, "PATCH", CustomResourceServer.Crontabs + "/held", """{"metadata":{"finalizers":[]}}""",
            "application/merge-patch+json");
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("DELETED held v1"));
        await _server.WaitForAsync(CustomResourceServer.Name, _ => false, gone: true);

        Assert.That(marked["metadata"]!["finalizers"]!.ToJsonString(), Is.EqualTo("""["customresourcecleanup.apiextensions.k8s.io"]"""));
        Assert.That(CustomResourceServer.Condition(marked, "Terminating")!.Text("reason"), Is.EqualTo("InstanceDeletionPending"));
        Assert.That(refused.Text("message"), Is.EqualTo(
            "crontabs.stable.example.com \"late\" is forbidden: create not allowed while custom resource definition is terminating"));
        Assert.That(listed["resources"]![0]!["verbs"]!.ToJsonString(), Is.EqualTo("""["delete","deletecollection","get","list","watch"]"""));
        await _server.ExpectAsync(404, "GET", CustomResourceServer.Crontabs);
        await _server.ExpectAsync(404, "GET", "apis/stable.example.com");
    }

    [Test]
    public async Task Delete_Definition_LetsTheHistoryOfItsObjectsGo()
    {
        var created = await _server.ExpectAsync(
            201, "POST", CustomResourceServer.Crontabs, CustomResourceServer.Object("a"));
        var objects = _server.Cluster.Store.GetOrAddCollection(new CollectionDefinition(CustomResourceServer.Name));
        var before = objects.OldestRevision;

        await _server.ExpectAsync(200, "DELETE", $"{Definitions}/{CustomResourceServer.Name}");
        await _server.WaitForAsync(CustomResourceServer.Name, _ => false, gone: true);
        await _server.ExpectAsync(404, "GET", CustomResourceServer.Crontabs);

        var revision = long.Parse(created.Text("metadata.resourceVersion"), CultureInfo.InvariantCulture);
        Assert.That(before, Is.LessThan(revision));
        Assert.That(objects.OldestRevision, Is.GreaterThan(revision), "that of the deletion");
    }

    [Test]
    public async Task Delete_AndCreateAgain_HasNoObjects()
    {
        await _server.ExpectAsync(201, "POST", CustomResourceServer.Crontabs, CustomResourceServer.Object("a"));
        await _server.ExpectAsync(200, "DELETE", $"{Definitions}/{CustomResourceServer.Name}");
        await _server.WaitForAsync(CustomResourceServer.Name, _ => false, gone: true);
        await _server.DefineAsync(CustomResourceServer.Crontab);

        var list = await _server.ExpectAsync(200, "GET", CustomResourceServer.Crontabs);

        Assert.That(list["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Create_CommunityGroup_TellsOfItsApproval()
    {
        await _server.ExpectAsync(201, "POST", Definitions, Plain("foos", "Foo", group: "x.k8s.io").Replace(
            "\"metadata\":{", "\"metadata\":{\"annotations\":{\"api-approved.kubernetes.io\":\"unapproved, a test\"},",
            StringComparison.Ordinal));

        var definition = await _server.WaitForAsync(
            "foos.x.k8s.io", d => CustomResourceServer.Condition(d, "KubernetesAPIApprovalPolicyConformant") is not null);

        var condition = CustomResourceServer.Condition(definition!, "KubernetesAPIApprovalPolicyConformant")!;
        Assert.That($"{condition.Text("status")} {condition.Text("reason")}: {condition.Text("message")}", Is.EqualTo(
            "False UnapprovedAnnotation: not approved: \"unapproved, a test\""));
    }

    [Test]
    public async Task Discovery_Legacy_TellsOfVersionsAndSubresources()
    {
        var group = await _server.ExpectAsync(200, "GET", "apis/stable.example.com");
        var resources = await _server.ExpectAsync(200, "GET", "apis/stable.example.com/v1");

        Assert.That(group["versions"]!.AsArray().Select(v => v!["version"]!.ToString()), Is.EqualTo(new[] { "v1", "v1beta1" }));
        Assert.That(group.Text("preferredVersion.version"), Is.EqualTo("v1"));
        Assert.That(resources["resources"]!.AsArray().Select(r => $"{r!["name"]} {r["kind"]} {r["group"]}/{r["version"]}"), Is.EqualTo(new[]
        {
            "crontabs CronTab /", "crontabs/status CronTab /", "crontabs/scale Scale autoscaling/v1",
        }));
        var row = resources["resources"]![0]!;
        Assert.That(row["shortNames"]!.ToJsonString() + row["categories"]!.ToJsonString(), Is.EqualTo("""["ct"]["all"]"""));
        Assert.That(row["singularName"]!.ToString() + row["namespaced"], Is.EqualTo("crontabtrue"));
    }

    [Test]
    public async Task Discovery_Aggregated_ChangesItsTagWithTheDefinitions()
    {
        using var before = await _server.Http.SendRawAsync("GET", "apis", accept: Aggregated);
        await _server.DefineAsync(Plain("foos", "Foo"));
        using var after = await _server.Http.SendRawAsync("GET", "apis", accept: Aggregated);
        var groups = JsonNode.Parse(await after.Content.ReadAsStringAsync())!["items"]!.AsArray();

        Assert.That(after.Headers.ETag, Is.Not.EqualTo(before.Headers.ETag));
        Assert.That(
            groups.Select(g => g!["metadata"]!["name"]!.ToString()).TakeLast(2),
            Is.EqualTo(new[] { "example.com", "stable.example.com" }));
        var crontabs = groups[^1]!["versions"]![0]!["resources"]![0]!;
        Assert.That(crontabs["subresources"]!.AsArray().Select(s => s!["subresource"]!.ToString()), Is.EqualTo(new[] { "status", "scale" }));
    }

    [Test]
    public async Task Documents_V3_DefineTheKind()
    {
        var index = await _server.ExpectAsync(200, "GET", "openapi/v3");
        var address = index["paths"]!["apis/stable.example.com/v1"]!["serverRelativeURL"]!.ToString();
        var document = await _server.ExpectAsync(200, "GET", address[1..]);
        var schema = document["components"]!["schemas"]!["com.example.stable.v1.CronTab"]!.AsObject();

        Assert.That(schema.Text("description"), Is.EqualTo("A table of times"));
        Assert.That(schema.Text("properties.spec.properties.cronSpec.description"), Is.EqualTo("When"));
        Assert.That(schema.Text("x-kubernetes-group-version-kind.0.kind"), Is.EqualTo("CronTab"));
        Assert.That(schema["properties"]!["metadata"]!["allOf"]![0]!["$ref"]!.ToString(), Is.EqualTo(
            "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
        Assert.That(
            document["paths"]!.AsObject().Select(p => p.Key), Does.Contain(
                "/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}/scale"));
        Assert.That(document["components"]!["schemas"]!.AsObject().ContainsKey("com.example.stable.v1.CronTabList"));
    }

    [TestCase("openapi/v2", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [TestCase("openapi/v3/apis/stable.example.com/v1beta1", "application/com.github.proto-openapi.spec.v3.v1.0+protobuf")]
    [TestCase("openapi/v2", "application/json")]
    public async Task Documents_AllForms_AreServed(string path, string accept)
    {
        using var response = await _server.Http.SendRawAsync("GET", path, accept: accept);

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("com.example.stable.v1beta1.CronTab"));
    }

    [Test]
    public async Task Documents_DefinitionChanges_OnlyItsOwnHashChanges()
    {
        var before = await _server.ExpectAsync(200, "GET", "openapi/v3");
        await _server.ExpectAsync(
            200, "PATCH", $"{Definitions}/{CustomResourceServer.Name}",
            """[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/description","value":"Another"}]""",
            "application/json-patch+json");
        var after = await _server.ExpectAsync(200, "GET", "openapi/v3");

        var changed = after["paths"]!.AsObject()
            .Where(p => p.Value!.ToJsonString() != before["paths"]![p.Key]!.ToJsonString()).Select(p => p.Key);
        Assert.That(changed, Is.EqualTo(new[] { "apis/stable.example.com/v1", "apis/stable.example.com/v1beta1" }));
    }

    private static string Plain(string plural, string kind, string names = "", string group = "example.com") =>
        """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"PLURAL.GROUP"},
         "spec":{"group":"GROUP","scope":"Cluster","names":{"plural":"PLURAL","kind":"KIND"NAMES},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        """.Replace("PLURAL", plural, StringComparison.Ordinal).Replace("GROUP", group, StringComparison.Ordinal)
            .Replace("KIND", kind, StringComparison.Ordinal).Replace("NAMES", names, StringComparison.Ordinal);
}
