using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>Comparing, merging and pruning by the schema.</summary>
public sealed class MergingTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SchemaType Pod = Type("core.v1.Pod");
    private static readonly SchemaType Deployment = Type("apps.v1.Deployment");

    private static SchemaType Type(string name) => SchemaCatalog.BuiltIn.Find("io.k8s.api." + name)!;

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static string Text(FieldSet set) => FieldsV1Text.ToJson(set).ToJsonString(Plain);

    private static FieldSet Set(string text) =>
        FieldsV1Text.TryParse(JsonNode.Parse(text), out var set) ? set : throw new FormatException(text);

    [TestCase("""{"spec":{"nodeName":"a"}}""", """{"spec":{"nodeName":"b"}}""", "{}", """{"f:spec":{"f:nodeName":{}}}""", "{}", Description = "a scalar")]
    [TestCase("""{"spec":{}}""", """{"spec":{"priority":1}}""", """{"f:spec":{"f:priority":{}}}""", "{}", "{}")]
    [TestCase("""{"spec":{"priority":1}}""", """{"spec":{}}""", "{}", "{}", """{"f:spec":{"f:priority":{}}}""")]
    [TestCase("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", "{}", """{"f:spec":{"f:tolerations":{}}}""", "{}", Description = "an atomic list")]
    [TestCase("""{"spec":{"nodeSelector":{"a":"b"}}}""", """{"spec":{"nodeSelector":{"a":"b","c":"d"}}}""", "{}", """{"f:spec":{"f:nodeSelector":{}}}""", "{}", Description = "an atomic map")]
    [TestCase("""{"metadata":{"labels":{"a":"b"}}}""", """{"metadata":{"labels":{"a":"b","c":"d"}}}""", """{"f:metadata":{"f:labels":{"f:c":{}}}}""", "{}", "{}", Description = "a map")]
    [TestCase("""{"metadata":{}}""", """{"metadata":{"labels":{"a":"b"}}}""", """{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}""", "{}", "{}", Description = "a new map is itself new")]
    [TestCase("""{"metadata":{"finalizers":["a/a"]}}""", """{"metadata":{"finalizers":["b/b","a/a"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"b/b\"":{}}}}""", "{}", "{}", Description = "a set")]
    [TestCase("""{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a","image":"y"}]}}""", "{}", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:image":{}}}}}""", "{}", Description = "items by key, wherever they stand")]
    [TestCase("""{"spec":{"containers":[{"name":"a","ports":[{"containerPort":1}]}]}}""", """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":1,"protocol":"TCP"}]}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:ports":{"k:{\"containerPort\":1,\"protocol\":\"TCP\"}":{"f:protocol":{}}}}}}}""", "{}", "{}", Description = "a key's default counts")]
    [TestCase("""{}""", """{"spec":{"containers":[{"name":"a","image":"x","resources":{}}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}""", "{}", "{}", Description = "spec and containers are always there")]
    [TestCase("""{}""", """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"f:spec":{"f:volumes":{".":{},"k:{\"name\":\"v\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}""", "{}", "{}", Description = "volumes are not")]
    [TestCase("""{"status":{}}""", """{}""", "{}", "{}", "{}", Description = "an empty status is no status")]
    [TestCase("""{"metadata":{"managedFields":[{"manager":"a"}]}}""", """{"metadata":{}}""", "{}", "{}", "{}", Description = "bookkeeping is not compared")]
    public void Comparison_OfPods_ListsWhatDiffers(
        string before, string after, string added, string modified, string removed)
    {
        var comparison = ObjectComparison.Of(Json(before), Json(after), Pod);

        Assert.That(
            (Text(comparison.Added), Text(comparison.Modified), Text(comparison.Removed)),
            Is.EqualTo((added, modified, removed)));
    }

    [Test]
    public void Comparison_ItemTwice_IsComparedAsOneValue()
    {
        var once = Json("""{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}""");
        var twice = Json("""{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}}""");
        const string env = """{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{"f:env":{"k:{\"name\":\"A\"}":""";

        var doubled = ObjectComparison.Of(once, twice, Pod);
        Assert.That(Text(doubled.Added), Is.EqualTo(env + "{}}}}}}"));
        Assert.That(Text(doubled.Removed), Is.EqualTo(env + """{".":{},"f:name":{},"f:value":{}}}}}}}"""));
        Assert.That(ObjectComparison.Of(twice, twice.DeepClone().AsObject(), Pod).IsEmpty);
    }

    [Test]
    public void Comparison_ItemWithoutAnyKey_Fails() => Assert.That(
        () => ObjectComparison.Of(
            Json("{}"), Json("""{"status":{"podIPs":[{"x":"y"}]}}"""), new SchemaType(
                "T", [new SchemaField("status", SchemaValue.ObjectOf(new SchemaType("S",
                [
                    new SchemaField("podIPs", SchemaValue.ListOf(SchemaValue.MapOf(SchemaValue.String)))
                    {
                        ListType = "map", ListMapKeys = ["ip"],
                    },
                ])))])),
        Throws.TypeOf<MergeException>().With.Message.EqualTo(
            "element 0: associative list with keys has an element that omits all key fields [\"ip\"] (and doesn't have "
            + "default values for any key fields)"));

    [TestCase("""{"spec":{"replicas":1}}""", """{"f:spec":{"f:replicas":{}}}""")]
    [TestCase("""{"spec":{"replicas":null}}""", """{"f:spec":{"f:replicas":{}}}""", Description = "null is a claim too")]
    [TestCase("""{"metadata":{"labels":{"a":"b"}}}""", """{"f:metadata":{"f:labels":{"f:a":{}}}}""", Description = "a map with entries is not claimed itself")]
    [TestCase("""{"metadata":{"labels":{}}}""", """{"f:metadata":{"f:labels":{}}}""")]
    [TestCase("""{"spec":{"selector":{"matchLabels":{"a":"b"}}}}""", """{"f:spec":{"f:selector":{}}}""", Description = "an atomic object")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}""", """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}}}}}}""")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[]}}}}""", "{}", Description = "an empty list claims nothing")]
    [TestCase("""{"metadata":{"finalizers":["a/b"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}}}}""")]
    public void Extraction_OfAConfiguration_ListsLeavesAndItems(string configuration, string expected) =>
        Assert.That(Text(FieldSetExtraction.Of(Json(configuration), Deployment)), Is.EqualTo(expected));

    [TestCase("abc", "", "abc")]
    [TestCase("", "abc", "abc")]
    [TestCase("abc", "abc", "abc")]
    [TestCase("abc", "d", "abcd")]
    [TestCase("abc", "cba", "cba")]
    [TestCase("abc", "ca", "bca")]
    [TestCase("axbyc", "cb", "axycb")]
    [TestCase("abc", "ac", "abc")]
    [TestCase("abc", "dac", "dabc")]
    [TestCase("abcdefghij", "gcz", "abdefghijcz")]
    public void Merge_ListOrder_FollowsTheConfiguration(string live, string wanted, string expected)
    {
        static JsonObject Containers(string names) => new()
        {
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray([.. names.Select(n => (JsonNode)new JsonObject { ["name"] = n.ToString() })]),
            },
        };

        var merged = ConfigurationMerge.Apply(Containers(live), Containers(wanted), Pod);

        Assert.That(
            string.Concat(merged["spec"]!["containers"]!.AsArray().Select(c => (string)c!["name"]!)), Is.EqualTo(expected));
    }

    [TestCase("""{"spec":{"priority":1}}""", """{"spec":{"nodeName":"n"}}""", """{"spec":{"priority":1,"nodeName":"n"}}""")]
    [TestCase("""{"spec":{"priority":1}}""", """{"spec":{"priority":2}}""", """{"spec":{"priority":2}}""")]
    [TestCase("""{"spec":{"priority":1}}""", """{"spec":{"priority":null}}""", """{"spec":{"priority":null}}""")]
    [TestCase("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"b":"2"}}}""", """{"metadata":{"labels":{"a":"1","b":"2"}}}""")]
    [TestCase("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{}}}""", """{"metadata":{"labels":{"a":"1"}}}""", Description = "an empty map takes nothing away")]
    [TestCase("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":null}}""", """{"metadata":{"labels":{"a":"1"}}}""")]
    [TestCase("""{"spec":{"nodeSelector":{"a":"1"}}}""", """{"spec":{"nodeSelector":{"b":"2"}}}""", """{"spec":{"nodeSelector":{"b":"2"}}}""", Description = "atomic: replaced")]
    [TestCase("""{"spec":{"containers":[{"name":"a","image":"x","tty":true}]}}""", """{"spec":{"containers":[{"name":"a","image":"y"}]}}""", """{"spec":{"containers":[{"name":"a","image":"y","tty":true}]}}""")]
    [TestCase("""{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"finalizers":["b"]}}""", """{"metadata":{"finalizers":["a","b"]}}""")]
    public void Merge_OfPods_KeepsWhatIsNotApplied(string live, string configuration, string expected) =>
        Assert.That(
            ConfigurationMerge.Apply(Json(live), Json(configuration), Pod).ToJsonString(), Is.EqualTo(expected));

    [TestCase("""{"spec":{"priority":1,"nodeName":"n"}}""", """{"f:spec":{"f:priority":{}}}""", """{"spec":{"nodeName":"n"}}""")]
    [TestCase("""{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"b\"}":{}}}}""", """{"spec":{"containers":[{"name":"a","image":"x"}]}}""")]
    [TestCase("""{"spec":{"containers":[{"name":"a","image":"x"}]}}""", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:image":{}}}}}""", """{"spec":{"containers":[{"name":"a"}]}}""")]
    [TestCase("""{"metadata":{"labels":{"a":"1"}}}""", """{"f:metadata":{"f:labels":{"f:a":{}}}}""", """{"metadata":{"labels":null}}""", Description = "the last entry leaves null")]
    [TestCase("""{"metadata":{"finalizers":["a","b"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}""", """{"metadata":{"finalizers":["b"]}}""")]
    public void Removal_OfASet_TakesItOut(string obj, string set, string expected) =>
        Assert.That(ItemRemoval.Without(Json(obj), Set(set), Pod).ToJsonString(), Is.EqualTo(expected));

    [TestCase("""{"spec":{"replicas":"x"}}""", ".spec.replicas: expected numeric (int or float), got string")]
    [TestCase("""{"spec":{"nope":1}}""", ".spec.nope: field not declared in schema")]
    [TestCase("""{"spec":[]}""", ".spec: expected map, got &{[]}")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":{"a":1}}}}}""", ".spec.template.spec.containers: expected list, got &{map[a:1]}")]
    [TestCase("""{"spec":{"paused":"yes"}}""", ".spec.paused: expected boolean, got &{yes}")]
    [TestCase("""{"metadata":{"labels":{"a":1}}}""", ".metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[{"name":"c"},{"name":"c"}]}}}}""", """.spec.template.spec.containers: duplicate entries for key [name="c"]""")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[null]}}}}""", ".spec.template.spec.containers: element 0: associative list with keys may not have a null element")]
    [TestCase("""{"metadata":{"finalizers":["a","a"]}}""", """.metadata.finalizers: duplicate entries for key [="a"]""")]
    [TestCase("""{"spec":{"template":{"spec":{"tolerations":[{"nope":1}]}}}}""", ".spec.template.spec.tolerations[0].nope: field not declared in schema")]
    [TestCase("""{"spec":{"a":1},"b":2}""", "errors:\n  .spec.a: field not declared in schema\n  .b: field not declared in schema")]
    [TestCase("""{"spec":{"replicas":null,"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":1}}}]}}}}""", null)]
    public void Rules_OfAConfiguration_SpeakAsUpstream(string configuration, string? expected) =>
        Assert.That(ConfigurationRules.Check(Json(configuration), Deployment), Is.EqualTo(expected));

    [Test]
    public void Repair_PartsOfWhatIsAtomicNow_OwnTheWhole()
    {
        var repaired = FieldSetRepair.Of(
            Set("""{"f:spec":{"f:selector":{"f:matchLabels":{"f:a":{}}},"f:replicas":{}}}"""), Deployment);

        Assert.That(Text(repaired), Is.EqualTo("""{"f:spec":{"f:replicas":{},"f:selector":{}}}"""));
    }
}
