using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;
using Kube1.Api.Schema;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.Tests.Extensions.Schemas;

/// <summary>The type of a custom resource: how its objects are read, merged and owned.</summary>
public sealed class SchemaTypeBuilderTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SchemaType Type = Build("""
        {"type":"object","properties":{
          "spec":{"type":"object","properties":{
            "replicas":{"type":"integer"},
            "port":{"x-kubernetes-int-or-string":true},
            "rules":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name","kind"],"items":{
              "type":"object","required":["name"],"properties":{
                "name":{"type":"string"},"kind":{"type":"string","default":"K"},"value":{"type":"integer"}}}},
            "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
            "args":{"type":"array","items":{"type":"string"}},
            "labels":{"type":"object","additionalProperties":{"type":"string"}},
            "lists":{"type":"object","additionalProperties":{"type":"array","x-kubernetes-list-type":"set",
              "items":{"type":"string"}}},
            "whole":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"a":{"type":"string"},"b":{"type":"string"}}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{
              "known":{"type":"object","properties":{"a":{"type":"string"}}}}},
            "template":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}}}
        """);

    [Test]
    public void Build_Root_HasTypeMetaAndName() => Assert.Multiple(() =>
    {
        Assert.That(Type.Name, Is.EqualTo("com.example.v1.Sample"));
        Assert.That(Type.Kind, Is.EqualTo(new GroupVersionKind("example.com", "v1", "Sample")));
        Assert.That(Type.Fields.Select(f => f.JsonName), Is.EqualTo(new[] { "apiVersion", "kind", "metadata", "spec" }));
        Assert.That(Type.Find("metadata")!.Value.Type!.ShortName, Is.EqualTo("ObjectMeta"));
    });

    [TestCase("""{"spec":{"replicas":"x","port":{},"tags":"t","labels":{"a":null},"rules":[null,5]}}""",
        """{"spec":{"replicas":"x","port":{},"tags":"t","labels":{"a":null},"rules":[null,5]}}""")]
    [TestCase("""{"spec":{"replicas":null,"free":null},"metadata":{"name":"n","labels":null}}""",
        """{"spec":{"replicas":null,"free":null},"metadata":{"name":"n"}}""")]
    [TestCase("""{"spec":{"x":1,"rules":[{"name":"a","y":2}],"free":{"z":{"q":1},"known":{"w":1}}},"u":1}""",
        """{"spec":{"rules":[{"name":"a"}],"free":{"z":{"q":1},"known":{}}}}""",
        "unknown field \"spec.x\"", "unknown field \"spec.rules[0].y\"", "unknown field \"spec.free.known.w\"",
        "unknown field \"u\"")]
    [TestCase("""{"spec":{"template":{"metadata":{"name":"n","nope":1},"data":{"a":[1]}}}}""",
        """{"spec":{"template":{"metadata":{"name":"n"},"data":{"a":[1]}}}}""",
        "unknown field \"spec.template.metadata.nope\"")]
    public void Decode_Object_KeepsMisfitsAndDropsUnknown(string body, string expected, params string[] warnings)
    {
        var decoded = ObjectDecoder.DecodeRaw(Encoding.UTF8.GetBytes(body), Type);
        Assert.Multiple(() =>
        {
            Assert.That(decoded.Object.ToJsonString(Plain), Is.EqualTo(expected));
            Assert.That(decoded.Warnings, Is.EqualTo(warnings));
        });
    }

    [Test]
    public void Decode_MetadataOfWrongType_Refuses() => Assert.That(
        () => ObjectDecoder.DecodeRaw("""{"metadata":{"name":5}}"""u8, Type), Throws.TypeOf<ObjectDecodeException>());

    [TestCase("""{"spec":{"rules":[{"name":"a","value":1}]}}""",
        """{"f:spec":{"f:rules":{"k:{\"kind\":\"K\",\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}}}}}""")]
    [TestCase("""{"spec":{"tags":["t"],"args":["a"],"lists":{"l":["x"]}}}""",
        """{"f:spec":{"f:args":{},"f:lists":{"f:l":{".":{},"v:\"x\"":{}}},"f:tags":{"v:\"t\"":{}}}}""")]
    [TestCase("""{"spec":{"labels":{"a":"b"},"whole":{"a":"b"},"free":{"x":{"y":1},"l":[1]}}}""",
        """{"f:spec":{"f:free":{"f:l":{},"f:x":{".":{},"f:y":{}}},"f:labels":{"f:a":{}},"f:whole":{}}}""")]
    public void Fields_Applied_AreThoseOfTheListTypes(string configuration, string expected) => Assert.That(
        FieldsV1Text.ToJson(FieldSetExtraction.Of(Json(configuration), Type)).ToJsonString(Plain), Is.EqualTo(expected));

    [TestCase("""{"spec":{"rules":[{"name":"a","kind":"K","value":1},{"name":"b","kind":"K"}],"tags":["x","y"]}}""",
        """{"spec":{"rules":[{"name":"a","value":2},{"name":"c","kind":"Q"}],"tags":["z","x"]}}""",
        """
        {"spec":{"rules":[{"name":"a","kind":"K","value":2},{"name":"b","kind":"K"},{"name":"c","kind":"Q"}],
        "tags":["z","x","y"]}}
        """)]
    [TestCase("""{"spec":{"args":["a","b"],"whole":{"a":"1","b":"2"},"labels":{"a":"1"}}}""",
        """{"spec":{"args":["c"],"whole":{"a":"3"},"labels":{"b":"2"}}}""",
        """{"spec":{"args":["c"],"whole":{"a":"3"},"labels":{"a":"1","b":"2"}}}""")]
    public void Apply_Configuration_MergesByListTypes(string live, string configuration, string expected) => Assert.That(
        JsonNode.DeepEquals(ConfigurationMerge.Apply(Json(live), Json(configuration), Type), Json(expected)), Is.True,
        ConfigurationMerge.Apply(Json(live), Json(configuration), Type).ToJsonString(Plain));

    [TestCase("""{"spec":{"replicas":"x","rules":{}}}""",
        "errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.rules: expected list, got &{map[]}")]
    [TestCase("""{"spec":{"nope":1}}""", ".spec.nope: field not declared in schema")]
    [TestCase("""{"spec":{"free":{"nope":1,"known":{"nope":1}}}}""", null)]
    [TestCase("""{"spec":{"tags":["a","a"]}}""", ".spec.tags: duplicate entries for key [=\"a\"]")]
    public void Check_Configuration_SaysAsUpstream(string configuration, string? expected) =>
        Assert.That(ConfigurationRules.Check(Json(configuration), Type), Is.EqualTo(expected));

    [Test]
    public void Build_ManyFields_FindsEach()
    {
        var properties = new JsonObject(Enumerable.Range(0, 40_000)
            .Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)new JsonObject { ["type"] = "string" })));
        var type = SchemaTypeBuilder.Build(
            StructuralSchema.Parse(new JsonObject { ["type"] = "object", ["properties"] = properties }),
            new GroupVersionKind("example.com", "v1", "Sample"), false);
        Assert.That(type.Find("f39999")!.JsonName, Is.EqualTo("f39999"));
    }

    private static SchemaType Build(string schema) => SchemaTypeBuilder.Build(
        StructuralSchema.Parse(Json(schema)), new GroupVersionKind("example.com", "v1", "Sample"), false);

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
