using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>
/// Patches of metadata alone leave the rest of an object as it is stored, once that is known to be what reading and
/// defaulting would make of it. Here it is not: who changes the rest all the same, or has stored it otherwise, is noticed.
/// </summary>
public sealed class MetadataPatchTests
{
    private const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    private const string Merge = "application/merge-patch+json";

    private SecureCluster _cluster = null!;

    private HttpClient Http => _cluster.Admin;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await SecureCluster.StartAsync(lastPlugin: new Meddler());
        await _cluster.CreateAsync(Deployments, """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Patch_AdmissionChangesTheSpec_IsANewGeneration()
    {
        var settled = await LabelAsync("a");

        var meddled = await LabelAsync(Meddler.Label);
        var after = await LabelAsync("b");

        Assert.That(settled.Integer("metadata.generation"), Is.EqualTo(1));
        Assert.That(meddled.Integer("spec.replicas"), Is.EqualTo(Meddler.Replicas));
        Assert.That(meddled.Integer("metadata.generation"), Is.EqualTo(2));
        Assert.That(after.Integer("spec.replicas"), Is.EqualTo(Meddler.Replicas));
        Assert.That(after.Integer("metadata.generation"), Is.EqualTo(2));
    }

    [Test]
    public async Task Patch_ObjectOfAnOlderVersion_GetsItsDefaults()
    {
        await LabelAsync("a");
        var served = ResourceTable.BuiltIn(_cluster.Cluster.Store).Find("apps", "v1", "deployments")!;
        var entry = served.Objects.Snapshot.Get("default/web")!;
        var older = CanonicalJson.Parse(entry.Value.Span);
        older["spec"]!.AsObject().Remove("revisionHistoryLimit");
        await _cluster.Cluster.Store.WriteAsync(
            WriteOperation.Update(served.Objects, entry.Key, CanonicalJson.ToBytes(older), entry.Revision), CancellationToken.None);

        var patched = await LabelAsync("b");

        Assert.That(patched.Integer("spec.revisionHistoryLimit"), Is.EqualTo(10));
        Assert.That(patched.Integer("metadata.generation"), Is.EqualTo(2));
    }

    [Test]
    public async Task Patch_OfMetadataAndTheRest_ChangesBoth()
    {
        await LabelAsync("a");

        var merged = await PatchAsync(Merge, """{"metadata":{"labels":{"b":"1"}},"spec":{"replicas":3}}""");
        var moved = await PatchAsync(
            "application/json-patch+json", """[{"op":"copy","from":"/metadata/labels","path":"/spec/template/metadata/annotations"}]""");
        var replaced = await PatchAsync(
            "application/strategic-merge-patch+json",
            """{"metadata":{"labels":{"c":"1"}},"$retainKeys":["apiVersion","kind","metadata","spec"]}""");

        Assert.That(merged.Integer("spec.replicas"), Is.EqualTo(3));
        Assert.That(moved.Text("spec.template.metadata.annotations.b"), Is.EqualTo("1"));
        Assert.That(moved.Integer("metadata.generation"), Is.EqualTo(3));
        Assert.That(replaced.Text("metadata.labels.c"), Is.EqualTo("1"));
    }

    private Task<JsonObject> LabelAsync(string name) =>
        PatchAsync(Merge, """{"metadata":{"labels":{"NAME":"1"}}}""".Replace("NAME", name, StringComparison.Ordinal));

    private async Task<JsonObject> PatchAsync(string type, string patch)
    {
        var (code, patched) = await Http.SendAsync("PATCH", Deployments + "/web", patch, type);
        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        return patched;
    }

    /// <summary>An admission plug-in that changes the replicas when the object just got a label.</summary>
    private sealed class Meddler : IAdmissionPlugin
    {
        public const string Label = "meddle";
        public const long Replicas = 7;

        public string Name => "Meddler";

        public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update;

        public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            if (Has(request.Object) && !Has(request.OldObject))
            {
                request.Object!["spec"]!["replicas"] = Replicas;
            }

            return default;
        }

        public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

        private static bool Has(JsonObject? obj) => obj?["metadata"]?["labels"]?[Label] is not null;
    }
}
