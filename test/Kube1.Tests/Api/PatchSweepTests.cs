using System.Text.Json.Nodes;
using Kube1.Api.Patches;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>The three kinds of patches over objects of every kind in which every field has a value.</summary>
public sealed class PatchSweepTests
{
    private static IEnumerable<string> StoredTypes() =>
        ResourceCatalog.All.Where(r => r.Verbs.Contains("patch")).Select(r => r.SchemaType).Distinct();

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_MergePatchOfTheDifference_MakesTheOther(string typeName)
    {
        var (one, two, _) = Objects(typeName);

        var patched = JsonMergePatch.Apply(one, JsonMergePatch.Create(one, two));

        Assert.That(JsonNode.DeepEquals(patched, two), Is.True, patched.ToJsonString());
    }

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_JsonPatchOfEachMember_MakesTheOther(string typeName)
    {
        var (one, two, _) = Objects(typeName);
        var operations = new JsonArray([.. two.Select(p => new JsonObject
        {
            ["op"] = one.ContainsKey(p.Key) ? "replace" : "add", ["path"] = "/" + p.Key, ["value"] = p.Value?.DeepClone(),
        })]);
        operations.Add((JsonNode)new JsonObject { ["op"] = "test", ["path"] = "", ["value"] = two.DeepClone() });

        var patched = JsonPatch.Apply(one, operations);

        Assert.That(JsonNode.DeepEquals(patched, two), Is.True, patched.ToJsonString());
    }

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_StrategicPatchWithItself_ChangesNothing(string typeName)
    {
        var (one, _, type) = Objects(typeName);

        var patched = new PatchedObject(StrategicMergePatch.Apply(one, one, type), [], one)
            .Canonicalize(type, FieldValidation.Strict).Object;

        Assert.That(JsonNode.DeepEquals(patched, one), Is.True, patched.ToJsonString());
    }

    [TestCaseSource(nameof(StoredTypes))]
    public void FilledObject_StrategicPatchWithAnother_HasAllOfIt(string typeName)
    {
        var (one, two, type) = Objects(typeName);

        var patched = StrategicMergePatch.Apply(one, two, type);
        var again = StrategicMergePatch.Apply(patched, two, type);

        Assert.That(Lost(two, patched), Is.Null, patched.ToJsonString());
        Assert.That(JsonNode.DeepEquals(again, patched), Is.True, "a patch that is applied twice is applied once");
    }

    private static (JsonObject One, JsonObject Two, SchemaType Type) Objects(string typeName)
    {
        var type = SchemaCatalog.BuiltIn.Find(typeName)!;
        JsonObject Of(int seed) => ObjectDecoder.Canonicalize(FilledObject.Of(type, seed), type).Object;
        return (Of(1), Of(2), type);
    }

    // Lists may have kept items that the patch does not name.
    private static string? Lost(JsonNode? wanted, JsonNode? got, string path = "$") => (wanted, got) switch
    {
        (JsonObject map, JsonObject other) => map.Select(p => Lost(p.Value, other[p.Key], $"{path}.{p.Key}"))
            .FirstOrDefault(lost => lost is not null),
        (JsonArray list, JsonArray other) => list
            .Select((item, i) => other.Any(o => Lost(item, o) is null) ? null : $"{path}[{i}]")
            .FirstOrDefault(lost => lost is not null),
        _ => JsonNode.DeepEquals(wanted, got) ? null : path,
    };
}
