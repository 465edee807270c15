using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.Tests.Registry;

/// <summary>
/// Objects made at random from the schema of each stored kind: hardly one is sound, but none may break the server, and
/// defaults filled in once stay.
/// </summary>
public sealed class GeneratedObjectTests
{
    private const int PerKind = 60;

    private const int MaxDepth = 7;

    private static readonly string[] Texts =
    [
        "", "a", "A_b", "default", "Always", "Never", "ClusterIP", "LoadBalancer", "TCP", "None", "10.43.0.7", "::1",
        "10.0.0.0/8", "x/y", "kubernetes.io/tls", "Exists", "In", "/abs", "../up", "Local", "RuntimeDefault", "windows",
    ];

    private static readonly string[] Amounts = ["0", "1", "100m", "1Gi", "-1", "1500m"];

    private static readonly string[] Keys = ["a", "cpu", "memory", "hugepages-2Mi", "example.com/gpu", "pods", "Not Sound!"];

    private static IEnumerable<TestCaseData> Resources => ResourceCatalog.All
        .Where(r => r.Verbs.Contains("watch"))
        .Select(r => (r.Resource.Group, r.Resource.Resource)).Distinct()
        .Select(r => new TestCaseData(r.Group, r.Resource));

    [TestCaseSource(nameof(Resources))]
    public void Default_Twice_AsOnce(string group, string resource)
    {
        var kind = new Kind(group, resource);
        foreach (var obj in Generated(group, resource))
        {
            kind.Strategy.Default(obj);
            var once = obj.ToJsonString();

            kind.Strategy.Default(obj);

            Assert.That(obj.ToJsonString(), Is.EqualTo(once));
        }
    }

    [TestCaseSource(nameof(Resources))]
    public void Validate_Anything_OnlyErrors(string group, string resource)
    {
        var kind = new Kind(group, resource);
        var all = Generated(group, resource).ToList();
        foreach (var (obj, old) in all.Zip(all.Skip(1)))
        {
            kind.Strategy.Default(obj);
            kind.Strategy.Default(old);
            var errors = new FieldErrorList();

            kind.Strategy.Validate(kind.Context, obj, errors);
            kind.Strategy.ValidateUpdate(kind.Context, obj, old, errors);
            kind.Strategy.ValidateStatusUpdate(kind.Context, obj, old, errors);
            var warnings = kind.Strategy.Warnings(kind.Context, obj, old).ToList();

            Assert.That(errors.All(e => e.ToString().Length > 0));
            Assert.That(warnings.All(text => text.Length > 0));
        }
    }

    [TestCaseSource(nameof(Resources))]
    public void Validate_Anything_ChangesNothing(string group, string resource)
    {
        var kind = new Kind(group, resource);
        var all = Generated(group, resource).ToList();
        foreach (var (obj, old) in all.Zip(all.Skip(1)))
        {
            kind.Strategy.Default(obj);
            kind.Strategy.Default(old);
            var before = (obj.ToJsonString(), old.ToJsonString());
            var errors = new FieldErrorList();

            kind.Strategy.Validate(kind.Context, obj, errors);
            kind.Strategy.ValidateUpdate(kind.Context, obj, old, errors);
            kind.Strategy.ValidateStatusUpdate(kind.Context, obj, old, errors);
            _ = kind.Strategy.Warnings(kind.Context, obj, old).Count();

            Assert.That((obj.ToJsonString(), old.ToJsonString()), Is.EqualTo(before));
        }
    }

    [TestCaseSource(nameof(Resources))]
    public void Default_OtherMetadata_SameRest(string group, string resource)
    {
        var kind = new Kind(group, resource);
        var metadata = Kind.Json("""{"name":"b","namespace":"other","labels":{"a":"b"},"annotations":{"c":"d"},"finalizers":["e"]}""");
        var differs = 0;
        foreach (var obj in Generated(group, resource))
        {
            var other = obj.DeepClone().AsObject();
            other["metadata"] = metadata.DeepClone();

            kind.Strategy.Default(obj);
            kind.Strategy.Default(other);

            differs += JsonNode.DeepEquals(other["metadata"], metadata) && obj["metadata"]!.AsObject().Count == 2 ? 0 : 1;
            obj.Remove("metadata");
            other.Remove("metadata");
            Assert.That(other.ToJsonString(), Is.EqualTo(obj.ToJsonString()));
        }

        Assert.That(differs > 0, Is.EqualTo(kind.Strategy.DefaultsMetadata));
    }

    [TestCaseSource(nameof(Resources))]
    public void DropDisabled_StoredHasTheSame_DropsNothing(string group, string resource)
    {
        var kind = new Kind(group, resource);
        foreach (var obj in Generated(group, resource))
        {
            kind.Strategy.Default(obj);
            var old = obj.DeepClone().AsObject();
            obj["metadata"]!["labels"] = Kind.Json("""{"a":"b"}""");
            var before = obj.ToJsonString();

            kind.Strategy.DropDisabled(obj, old);

            Assert.That(obj.ToJsonString(), Is.EqualTo(before));
        }
    }

    [TestCaseSource(nameof(Resources))]
    public void CanonicalizeMetadata_RestIsCanonical_AsAllOfIt(string group, string resource)
    {
        foreach (var obj in Generated(group, resource))
        {
            obj["metadata"] = Kind.Json(
                """{"name":"b","unknown":1,"labels":{"a":null},"annotations":{},"creationTimestamp":"2026-01-01T00:00:00.5+01:00"}""");

            var all = ObjectDecoder.Canonicalize(obj, TypeOf(group, resource));
            var metadata = ObjectDecoder.CanonicalizeMetadata(obj, TypeOf(group, resource));

            Assert.That(Sorted(metadata.Object), Is.EqualTo(Sorted(all.Object)));
            Assert.That(metadata.Warnings, Is.EqualTo(all.Warnings).And.EqualTo(new[] { "unknown field \"metadata.unknown\"" }));
        }
    }

    [TestCaseSource(nameof(Resources))]
    public void Describe_FromTheTree_AsFromTheEntry(string group, string resource)
    {
        var kind = new Kind(group, resource);
        foreach (var obj in Generated(group, resource))
        {
            kind.Strategy.Default(obj);
            obj["metadata"]!["labels"] = Kind.Json("""{"a":"b"}""");
            var fields = kind.Strategy.SelectableFields;
            var codec = new ObjectCodec(TypeOf(group, resource).Kind!.Value);
            var entry = new StoredEntry("a", codec.Encode(obj), 1, 1, description: null);

            var early = ObjectDescription.Of(obj, fields);
            var late = ObjectDescription.Of(entry, fields, codec.MetadataOffset);

            Assert.That(early.Labels, Is.EqualTo(late.Labels));
            Assert.That(fields.Select((_, i) => early.Field(i)), Is.EqualTo(fields.Select((_, i) => late.Field(i))));
        }
    }

    // The order of members does not count.
    private static string Sorted(JsonObject obj) =>
        new JsonObject(obj.OrderBy(p => p.Key).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString();

    // Strategies see the stored form: the newest version of those that are served in several.
    private static SchemaType TypeOf(string group, string resource) => SchemaCatalog.BuiltIn.Find(
        ResourceCatalog.All.Last(r => r.Resource.Group == group && r.Resource.Resource == resource))!;

    // As a client's object is after decoding: canonical.
    private static IEnumerable<JsonObject> Generated(string group, string resource)
    {
        var type = TypeOf(group, resource);
        for (var seed = 0; seed < PerKind; seed++)
        {
            var random = new Random(seed);
            var obj = (JsonObject)Make(SchemaValue.ObjectOf(type), 0, random)!;
            obj.Remove("apiVersion");
            obj.Remove("kind");
            obj["metadata"] = new JsonObject { ["name"] = "a", ["namespace"] = "default" };
            yield return ObjectDecoder.Decode(
                System.Text.Encoding.UTF8.GetBytes(obj.ToJsonString()), type, FieldValidation.Ignore).Object;
        }
    }

    private static JsonNode? Make(SchemaValue value, int depth, Random random) => value.Kind switch
    {
        SchemaKind.String => Texts[random.Next(Texts.Length)],
        SchemaKind.Integer32 or SchemaKind.Integer64 => random.Next(-2, 40),
        SchemaKind.Number => random.Next(10),
        SchemaKind.Boolean => random.Next(2) == 0,
        SchemaKind.Bytes => "YQ==",
        SchemaKind.Time => "2026-01-01T00:00:00Z",
        SchemaKind.MicroTime => "2026-01-01T00:00:00.000000Z",
        SchemaKind.Quantity => Amounts[random.Next(Amounts.Length)],
        SchemaKind.IntOrString => random.Next(2) == 0 ? random.Next(-1, 90) : Texts[random.Next(Texts.Length)],
        SchemaKind.List => new JsonArray(
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => Make(value.Element!, depth + 1, random))]),
        SchemaKind.Map => new JsonObject(Keys.Where(_ => random.Next(3) == 0)
            .Select(key => KeyValuePair.Create(key, Make(value.Element!, depth + 1, random)))),
        SchemaKind.Object => MakeObject(value.Type!, depth, random),
        _ => new JsonObject(),
    };

    // Deep down only what is required: types contain themselves.
    private static JsonObject MakeObject(SchemaType type, int depth, Random random)
    {
        var obj = new JsonObject();
        foreach (var field in type.Fields)
        {
            var chance = depth < 2 ? 0.8 : depth < MaxDepth ? 0.35 : 0;
            if (depth < MaxDepth + 3 && (field.Required || random.NextDouble() < chance))
            {
                obj[field.JsonName] = Make(field.Value, depth + 1, random);
            }
        }

        return obj;
    }
}
