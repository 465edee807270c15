using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.Testing;
using Kube1.Tests.Api;
using Kube1.Tests.Extensions.CustomResources;

namespace Kube1.Tests.ApiServer;

/// <summary>Every stored resource of the catalog answers every verb, in every form, through the HTTPS port.</summary>
public sealed class CatalogSweepTests
{
    private const string Selection = "?labelSelector=sweep%3Dyes";

    private SecureCluster _cluster = null!;

    private HttpClient Http => _cluster.Admin;

    private static IEnumerable<TestCaseData> Stored() => ResourceCatalog.All.Where(r => r.Verbs.Contains("watch"))
        .Select(r => new TestCaseData(r).SetArgDisplayNames(r.Resource.ToString()));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await SecureCluster.StartAsync();
        await PrepareAsync(_cluster);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public void Catalog_StoredResources_AreMany() => Assert.That(Stored().Count(), Is.GreaterThan(50));

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_AllVerbs_Served(ResourceDescriptor resource)
    {
        var (path, created) = await CreateAsync(resource);
        var collection = CollectionOf(resource);

        var got = await Http.SendAsync("GET", path);
        var list = await Http.SendAsync("GET", collection + Selection);
        var table = await Http.SendAsync(
            "GET", collection + Selection, accept: "application/json;as=Table;g=meta.k8s.io;v=v1");
        var changed = got.Body.DeepClone().AsObject();
        changed["metadata"]!["annotations"] = new JsonObject { ["a"] = "b" };
        var updated = await Http.SendAsync("PUT", path, changed.ToJsonString());
        var deleted = await DeleteAsync(path);

        Assert.That(created.Text("kind"), Is.EqualTo(resource.Kind.Kind));
        Assert.That(got.Body.ToJsonString(), Is.EqualTo(created.ToJsonString()));
        Assert.That(list.Body.Text("kind"), Is.EqualTo(resource.ListKind));
        Assert.That(list.Body["items"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(table.Body.Text("rows.0.object.metadata.name"), Is.EqualTo(SmallestObjects.NameOf(resource.Resource.GroupResource)));
        Assert.That(
            table.Body["rows"]![0]!["cells"]!.AsArray(), Has.Count.EqualTo(table.Body["columnDefinitions"]!.AsArray().Count));
        Assert.That(
            table.Body["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]}{c["type"]}{c["description"]}"),
            Has.All.Not.Empty);
        Assert.That(updated.Body.Text("metadata.annotations.a"), Is.EqualTo("b"), updated.Body.ToJsonString());
        Assert.That(deleted, Is.EqualTo(200));
    }

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_SentBackInEachForm_IsTheSameObject(ResourceDescriptor resource)
    {
        var (path, created) = await CreateAsync(resource);
        foreach (var type in new[] { "application/json", "application/yaml", ProtobufObjects.MediaType })
        {
            var body = await BytesAsync("GET", path, type);
            var json = type switch
            {
                "application/yaml" => YamlConverter.ToJson(body),
                ProtobufObjects.MediaType => ProtobufObjects.ToJson(body),
                _ => body,
            };
            Assert.That(JsonSubset.Missing(created, JsonNode.Parse(json)), Is.Null, type);

            // Defaults that were filled in stay as they are, and nothing is lost: there is nothing to write.
            var updated = await SendAsync("PUT", path, body, type);
            Assert.That(updated.ToJsonString(), Is.EqualTo(created.ToJsonString()), type);
        }

        // What was read in YAML can be created anew from it, but for a Job, whose template carries the uid that it had.
        var text = Encoding.UTF8.GetString(await BytesAsync("GET", path, "application/yaml"));
        Assert.That(await DeleteAsync(path), Is.EqualTo(200));
        var yaml = string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("  resourceVersion:", StringComparison.Ordinal)));
        var (code, again) = await Http.SendAsync(
            "POST", CollectionOf(resource) + "?dryRun=All&fieldValidation=Strict", yaml, "application/yaml");
        Assert.That(code, Is.EqualTo(resource.Kind.Kind == "Job" ? 422 : 201), again.ToJsonString());
        Assert.That(
            resource.Kind.Kind == "Job" || JsonNode.DeepEquals(again["spec"], created["spec"]), Is.True, again.ToJsonString());
    }

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_InProtobufLists_IsThere(ResourceDescriptor resource)
    {
        var (path, _) = await CreateAsync(resource);

        var list = await BytesAsync("GET", CollectionOf(resource) + Selection, ProtobufObjects.MediaType);

        Assert.That(
            JsonNode.Parse(ProtobufObjects.ToJson(list))!["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]),
            Is.EqualTo(new[] { SmallestObjects.NameOf(resource.Resource.GroupResource) }));
        Assert.That(await DeleteAsync(path), Is.EqualTo(200));
    }

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_Patched_InEachWay(ResourceDescriptor resource)
    {
        if (!resource.Verbs.Contains("patch"))
        {
            Assert.Ignore("not patched upstream either");
        }

        var (path, created) = await CreateAsync(resource);
        foreach (var (type, patch) in new[]
        {
            ("application/json-patch+json", """[{"op":"add","path":"/metadata/annotations","value":{"j":"1"}}]"""),
            ("application/merge-patch+json", """{"metadata":{"annotations":{"j":null,"m":"1"}}}"""),
            ("application/strategic-merge-patch+json", """{"metadata":{"annotations":{"m":null,"s":"1"},"labels":{"$patch":"replace","sweep":"yes"}}}"""),
        })
        {
            var (code, patched) = await Http.SendAsync("PATCH", path + "?fieldValidation=Strict", patch, type);
            Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
            Assert.That(
                patched["metadata"]!["annotations"]!.AsObject().Select(p => p.Key).Where(key => key.Length == 1),
                Is.EqualTo(new[] { type[12..13] }), type);
        }

        var (unpatchedCode, unpatched) = await Http.SendAsync(
            "PATCH", path, """{"metadata":{"annotations":{"s":null}}}""", "application/merge-patch+json");
        Assert.That(unpatchedCode, Is.EqualTo(200));
        Assert.That(
            JsonNode.DeepEquals(Without(unpatched), Without(created)), Is.True, $"more has changed: {unpatched} {created}");
        Assert.That(await DeleteAsync(path), Is.EqualTo(200));
    }

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_PatchedInMetadataAlone_AsWhenAllIsReadAgain(ResourceDescriptor resource)
    {
        if (!resource.Verbs.Contains("patch"))
        {
            Assert.Ignore("not patched upstream either");
        }

        var (path, _) = await CreateAsync(resource);
        await PatchAsync(path, "application/merge-patch+json", """{"metadata":{"annotations":{"settles":"1"}}}""");
        var served = ResourceTable.BuiltIn(_cluster.Cluster.Store).Find(resource.Resource)!;
        var entry = served.Objects.Snapshot.Get(
            served.KeyOf("default", SmallestObjects.NameOf(resource.Resource.GroupResource)))!;
        Assert.That(
            ServedResource.DescriptionOf(entry).IsRestSettled,
            Is.EqualTo(served.HasOneForm && !served.Strategy.DefaultsMetadata), "its rest comes out as it is stored");
        foreach (var (type, alone, whole) in new[]
        {
            ("application/json-patch+json",
                """[{"op":"add","path":"/metadata/annotations/j","value":"1"}]""",
                """[{"op":"add","path":"/metadata/annotations/j","value":"1"},{"op":"test","path":"/kind","value":"KIND"}]"""),
            ("application/merge-patch+json",
                """{"metadata":{"labels":{"m":"1","sweep":null}}}""",
                """{"kind":"KIND","metadata":{"labels":{"m":"1","sweep":null}}}"""),
            ("application/strategic-merge-patch+json",
                """{"metadata":{"finalizers":["example.com/s"],"unknown":{},"labels":{"$patch":"delete"}}}""",
                """{"kind":"KIND","metadata":{"finalizers":["example.com/s"],"unknown":{},"labels":{"$patch":"delete"}}}"""),
        })
        {
            var dryRun = path + "?dryRun=All";
            var quick = await PatchAsync(dryRun, type, alone);
            var full = await PatchAsync(dryRun, type, whole.Replace("KIND", resource.Kind.Kind, StringComparison.Ordinal));

            Assert.That(quick.ToJsonString(), Is.EqualTo(full.ToJsonString()), type);
        }

        Assert.That(await DeleteAsync(path), Is.EqualTo(200));
    }

    [TestCaseSource(nameof(Stored))]
    public async Task Resource_InTheOpenApiDocument_IsDescribedWithItsPaths(ResourceDescriptor resource)
    {
        var prefix = resource.Resource.Group.Length == 0 ? "api/" : $"apis/{resource.Resource.Group}/";
        var (code, document) = await Http.SendAsync("GET", "openapi/v3/" + prefix + resource.Resource.Version);

        Assert.That(code, Is.EqualTo(200));
        var schema = document["components"]!["schemas"]![resource.SchemaType]!;
        Assert.That((string?)schema["description"], Is.Not.Empty.And.Not.Null);
        Assert.That((string?)schema["x-kubernetes-group-version-kind"]![0]!["kind"], Is.EqualTo(resource.Kind.Kind));
        Assert.That(schema["properties"]!.AsObject().Select(p => p.Key), Is.SupersetOf(new[] { "apiVersion", "kind", "metadata" }));
        var path = "/" + CollectionOf(resource).Replace("namespaces/default", "namespaces/{namespace}", StringComparison.Ordinal);
        Assert.That(
            document["paths"]![path]!["post"]!["x-kubernetes-group-version-kind"]!["kind"]!.ToString(),
            Is.EqualTo(resource.Kind.Kind));
        Assert.That(document["paths"]![path + "/{name}"]!["get"], Is.Not.Null);
    }

    /// <summary>What pods cannot do without where admission is the real one.</summary>
    internal static Task PrepareAsync(SecureCluster cluster) =>
        cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");

    /// <summary>The path of a resource, in the namespace default where it has one.</summary>
    internal static string CollectionOf(ResourceDescriptor resource)
    {
        var gv = resource.Resource.Group.Length == 0
            ? $"api/{resource.Resource.Version}"
            : $"apis/{resource.Resource.Group}/{resource.Resource.Version}";
        return resource.Namespaced
            ? $"{gv}/namespaces/default/{resource.Resource.Resource}"
            : $"{gv}/{resource.Resource.Resource}";
    }

    private static JsonObject Without(JsonObject obj)
    {
        var copy = obj.DeepClone().AsObject();
        foreach (var field in new[] { "managedFields", "resourceVersion", "annotations", "generation" })
        {
            copy["metadata"]!.AsObject().Remove(field);
        }

        return copy;
    }

    private async Task<(string Path, JsonObject Created)> CreateAsync(ResourceDescriptor resource)
    {
        var body = SmallestObjects.Of(resource.Resource.GroupResource);
        body["metadata"]!["labels"] = new JsonObject { ["sweep"] = "yes" };
        var (code, created) = await Http.SendAsync("POST", CollectionOf(resource), body.ToJsonString());
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        created = await SettledAsync(Http, resource, created);
        return ($"{CollectionOf(resource)}/{SmallestObjects.NameOf(resource.Resource.GroupResource)}", created);
    }

    /// <summary>
    /// The object of the sweep as it stays: the server itself writes the status of some, and this waits until it has.
    /// </summary>
    internal static async Task<JsonObject> SettledAsync(HttpClient http, ResourceDescriptor resource, JsonObject created)
    {
        Func<JsonObject, bool>? isSettled = resource.Resource.Resource switch
        {
            "customresourcedefinitions" =>
                d => CustomResourceServer.Condition(d, "Established")?.Text("status") == "True",
            // Those of the server's own groups are there beside it.
            "apiservices" => s => s.Text("metadata.name") == created.Text("metadata.name")
                && CustomResourceServer.Condition(s, "Available")?.Text("status") == "False",
            "validatingadmissionpolicies" => p => p.Text("status.observedGeneration") == p.Text("metadata.generation"),
            _ => null,
        };
        if (isSettled is null)
        {
            return created;
        }

        await using var watch = await WatchStream.OpenAsync(
            http, CollectionOf(resource) + "?watch=1&resourceVersion=0");
        while (true)
        {
            if ((await watch.NextAsync()).Object is var now && isSettled(now))
            {
                return now;
            }
        }
    }

    private static bool IsDefinition(string path) => path.Contains("/customresourcedefinitions", StringComparison.Ordinal);

    // At once: no dependents are orphaned, and nothing holds a namespace or a volume. A definition first takes its objects along.
    private async Task<int> DeleteAsync(string path)
    {
        if (IsDefinition(path))
        {
            await using var watch = await WatchStream.OpenAsync(Http, path[..path.LastIndexOf('/')] + "?watch=1");
            var (deleted, _) = await Http.SendAsync("DELETE", path);
            while ((await watch.NextAsync()).Type != "DELETED")
            {
                // It is marked, and says how far it has come.
            }

            return deleted;
        }

        var (code, body) = await Http.SendAsync("DELETE", path + "?gracePeriodSeconds=0&propagationPolicy=Background");
        if (body.Text("kind") == "Namespace")
        {
            body["spec"]!["finalizers"] = new JsonArray();
            (code, _) = await Http.SendAsync("PUT", path + "/finalize", body.ToJsonString());
        }
        else if (body["metadata"]?["finalizers"] is not null)
        {
            // Volumes and claims are protected, and no controller is here to see that nobody uses them.
            (code, _) = await Http.SendAsync(
                "PATCH", path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        }

        return code;
    }

    private async Task<JsonObject> PatchAsync(string path, string type, string patch)
    {
        var (code, patched) = await Http.SendAsync("PATCH", path, patch, type);
        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        return patched;
    }

    private async Task<byte[]> BytesAsync(string method, string path, string accept)
    {
        using var response = await Http.SendRawAsync(method, path, accept: accept);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task<JsonObject> SendAsync(string method, string path, byte[] body, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var response = await Http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), answer.ToJsonString());
        return answer;
    }
}
