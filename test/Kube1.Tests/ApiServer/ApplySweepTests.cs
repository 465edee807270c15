using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.Testing;
using Kube1.Tests.Api;
using static Kube1.Tests.ApiServer.ManagedFieldsTests;

namespace Kube1.Tests.ApiServer;

/// <summary>Server-side apply over every kind.</summary>
public sealed class ApplySweepTests
{
    private static IEnumerable<string> StoredTypes() =>
        ResourceCatalog.All.Where(r => r.Verbs.Contains("patch")).Select(r => r.SchemaType).Distinct();

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_AppliedByTwoManagers_GoesWhenNobodyAppliesIt(string typeName)
    {
        var type = SchemaCatalog.BuiltIn.Find(typeName)!;
        var form = new ObjectForm(type.Kind!.Value, type);
        var full = FilledObject.Of(type, 1);
        var bare = new JsonObject
        {
            ["apiVersion"] = form.ApiVersion,
            ["kind"] = form.Kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = "filled", ["labels"] = new JsonObject { ["a"] = "1" } },
        };

        JsonObject Apply(string manager, JsonObject? live, JsonObject configuration) => ServerSideApply.Apply(
            new FieldWrite { Forms = ObjectForms.Only(form), Manager = manager, Time = DateTimeOffset.UnixEpoch.AddDays(1) },
            live, configuration.DeepClone().AsObject(), force: false);

        var one = Apply("one", null, full);
        var both = Apply("two", one, full);
        var two = Apply("one", both, bare);
        var none = Apply("two", two, bare);

        Assert.That(Without(one), Is.EqualTo(full.ToJsonString()));
        Assert.That(Managers(both), Is.EqualTo("two/Apply/, one/Apply/"), "the same values are no conflict");
        Assert.That(Without(two), Is.EqualTo(full.ToJsonString()), "what the other one applies stays");
        var left = ObjectDecoder.Canonicalize(none, type).Object;
        var shells = FieldSetExtraction.Of(left, type).Paths().Select(p => string.Concat(p.Select(s => s.ToString())))
            .Except([".apiVersion", ".kind", ".metadata.name", ".metadata.labels.a"]);
        Assert.That(shells.Where(p => p != ".metadata.managedFields"), Is.Empty);
    }

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_FieldSet_IsTheSameAfterStorage(string typeName)
    {
        var type = SchemaCatalog.BuiltIn.Find(typeName)!;
        var obj = FilledObject.Of(type, 1);
        var other = FilledObject.Of(type, 2);

        Assert.That(ConfigurationRules.Check(obj, type), Is.Null);
        foreach (var set in new[]
        {
            FieldSetExtraction.Of(obj, type), ObjectComparison.Of([], obj, type).Added, ObjectComparison.Of(obj, other, type).Modified,
        })
        {
            var stored = FieldsV1Text.ToJson(set);
            Assert.That(FieldsV1Text.TryParse(stored, out var read), Is.True);
            Assert.That(FieldsV1Text.ToJson(read!).ToJsonString(), Is.EqualTo(stored.ToJsonString()));
            Assert.That(set.Except(read!).IsEmpty && read!.Except(set).IsEmpty);
            Assert.That(FieldsV1Text.ContainsAll(stored, set));
            Assert.That(FieldSetRepair.Of(set, type), Is.SameAs(set));
        }

        Assert.That(ObjectComparison.Of(obj, obj.DeepClone().AsObject(), type).IsEmpty);
        Assert.That(
            ObjectComparison.Of(ConfigurationMerge.Apply(other, obj, type), obj, type).Added.IsEmpty,
            "a merge keeps all that is applied");
    }

    [Test]
    public async Task EveryStoredResource_AppliedByTwoManagers_IsSharedAndStaysAsItIs()
    {
        await using var cluster = await SecureCluster.StartAsync();
        await CatalogSweepTests.PrepareAsync(cluster);
        var swept = 0;
        foreach (var resource in ResourceCatalog.All.Where(r => r.Verbs.Contains("watch") && r.Verbs.Contains("patch")))
        {
            await SweepAsync(cluster.Admin, resource);
            swept++;
        }

        Assert.That(swept, Is.GreaterThan(50));
    }

    private static async Task SweepAsync(HttpClient http, ResourceDescriptor resource)
    {
        var name = resource.Resource.ToString();
        var smallest = SmallestObjects.Of(resource.Resource.GroupResource);
        smallest["apiVersion"] = resource.Kind.ApiVersion;
        smallest["kind"] = resource.Kind.Kind;
        smallest["metadata"]!["labels"] = new JsonObject { ["sweep"] = "yes" };
        var body = smallest.ToJsonString();
        var path = $"{CatalogSweepTests.CollectionOf(resource)}/{smallest["metadata"]!["name"]}?fieldManager=";

        var created = await http.SendAsync("PATCH", path + "one", body, "application/apply-patch+yaml");
        Assert.That(created.Code, Is.EqualTo(201), $"{name}: {created.Body}");
        created.Body = await CatalogSweepTests.SettledAsync(http, resource, created.Body);

        var again = await http.SendAsync("PATCH", path + "one", body, "application/apply-patch+yaml");

        // With what the server has filled in: a part of a value that is owned as one would be another value.
        var whole = created.Body.DeepClone().AsObject();
        whole.Remove("status");
        whole["metadata"] = smallest["metadata"]!.DeepClone();
        var shared = await http.SendAsync("PATCH", path + "two", whole.ToJsonString(), "application/apply-patch+yaml");

        Assert.That(OwnersOf(created.Body), Is.EqualTo(new[] { "one/Apply/" }), name);
        Assert.That(again.Body.ToJsonString(), Is.EqualTo(created.Body.ToJsonString()), name);
        Assert.That(shared.Code, Is.EqualTo(200), $"{name}: {shared.Body}");
        Assert.That(OwnersOf(shared.Body), Is.EqualTo(new[] { "two/Apply/", "one/Apply/" }), name);
        Assert.That((await http.SendAsync("DELETE", path.Split('?')[0] + "?gracePeriodSeconds=0")).Code, Is.EqualTo(200), name);
    }

    // Of the object itself: the status of some is the server's.
    private static IEnumerable<string> OwnersOf(JsonObject obj) =>
        Managers(obj).Split(", ").Where(owner => owner.EndsWith('/'));

    private static string Without(JsonObject obj)
    {
        var copy = obj.DeepClone().AsObject();
        UpdateTracking.Detach(copy);
        return copy.ToJsonString();
    }
}
