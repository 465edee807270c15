using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.Tests.Api;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>
/// The API documents of custom resources: v3 tells all that a schema says, v2 what kubectl can read of it
/// (k8s.io/apiextensions-apiserver/pkg/controller/openapi).
/// </summary>
public sealed class CustomDocumentTests
{
    private const string V3 = "openapi/v3/apis/docs.example.com/v1";
    private const string Name = "com.example.docs.v1.Doc";

    private CustomResourceServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await CustomResourceServer.StartAsync(Definition("docs", "Doc", """
        "bounded":{"type":"integer","format":"int32","minimum":1,"maximum":10,"exclusiveMinimum":true,"exclusiveMaximum":true,
          "multipleOf":2,"default":2,"title":"A number","description":"Some number","example":4,
          "externalDocs":{"description":"more","url":"https://example.com"}},
        "name":{"type":"string","pattern":"^a\\d+$","minLength":1,"maxLength":9,"enum":["a1","a2"],"default":"a1"},
        "list":{"type":"array","minItems":1,"maxItems":3,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["key"],
          "items":{"type":"object","required":["key"],"properties":{"key":{"type":"string"},"value":{"type":"string","default":"v"}}}},
        "map":{"type":"object","x-kubernetes-map-type":"atomic","minProperties":1,"maxProperties":2,"additionalProperties":{"type":"string"}},
        "loose":{"type":"object","additionalProperties":true},
        "choice":{"type":"object","required":["kept","nulled"],"properties":{
            "a":{"type":"string"},"b":{"type":"string"},"kept":{"type":"string"},"nulled":{"type":"string","nullable":true}},
          "oneOf":[{"required":["a"]},{"required":["b"]}],"anyOf":[{"properties":{"a":{"minLength":2}}},{"required":["b"]}],
          "allOf":[{"not":{"required":["a","b"]}}],"not":{"properties":{"a":{"enum":["bad"]}}},
          "x-kubernetes-validations":[{"rule":"has(self.a) || oldSelf.hasValue()","message":"one of them","reason":"FieldValueRequired",
            "fieldPath":".a","optionalOldSelf":true}]},
        "empty":{"type":"string","default":""},
        "port":{"x-kubernetes-int-or-string":true},
        "spelled":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
        "patterned":{"x-kubernetes-int-or-string":true,"anyOf":[{"pattern":"^x"},{"maximum":5}]},
        "open":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"required":["x"],"properties":{"x":{"type":"string"}}},
        "openList":{"type":"array","x-kubernetes-preserve-unknown-fields":true,"items":{"type":"object"}},
        "nulled":{"type":"object","nullable":true,"required":["x"],"properties":{"x":{"type":"string"}}},
        "nullMap":{"type":"object","additionalProperties":{"type":"string","nullable":true}},
        "embedded":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}},
        "anything":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},
        "odd \"na\\me\" é":{"type":"string"}
        """));

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task V3_Schema_IsTheDefinitionsWhole() => ExpectFields(await FieldsAsync(V3), """
        {"bounded":{"description":"Some number","type":"integer","title":"A number","default":2,"format":"int32","maximum":10,
          "exclusiveMaximum":true,"minimum":1,"exclusiveMinimum":true,"multipleOf":2,
          "externalDocs":{"description":"more","url":"https://example.com"},"example":4},
        "name":{"type":"string","default":"a1","maxLength":9,"minLength":1,"pattern":"^a\\d+$","enum":["a1","a2"]},
        "list":{"type":"array","maxItems":3,"minItems":1,"items":{"type":"object","required":["key"],"properties":{
          "key":{"type":"string"},"value":{"type":"string","default":"v"}}},
          "x-kubernetes-list-map-keys":["key"],"x-kubernetes-list-type":"map"},
        "map":{"type":"object","maxProperties":2,"minProperties":1,"additionalProperties":{"type":"string"},"x-kubernetes-map-type":"atomic"},
        "loose":{"type":"object","additionalProperties":true},
        "choice":{"type":"object","required":["kept","nulled"],"allOf":[{"not":{"required":["a","b"]}}],
          "oneOf":[{"required":["a"]},{"required":["b"]}],"anyOf":[{"properties":{"a":{"minLength":2}}},{"required":["b"]}],
          "not":{"properties":{"a":{"enum":["bad"]}}},
          "properties":{"a":{"type":"string"},"b":{"type":"string"},"kept":{"type":"string"},"nulled":{"type":"string","nullable":true}},
          "x-kubernetes-validations":[{"rule":"has(self.a) || oldSelf.hasValue()","message":"one of them","reason":"FieldValueRequired",
            "fieldPath":".a","optionalOldSelf":true}]},
        "empty":{"type":"string","default":""},
        "port":{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true},
        "spelled":{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true},
        "patterned":{"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]}],"anyOf":[{"pattern":"^x"},{"maximum":5}],
          "x-kubernetes-int-or-string":true},
        "open":{"type":"object","required":["x"],"properties":{"x":{"type":"string"}},"x-kubernetes-preserve-unknown-fields":true},
        "openList":{"type":"array","items":{"type":"object"},"x-kubernetes-preserve-unknown-fields":true},
        "nulled":{"type":"object","nullable":true,"required":["x"],"properties":{"x":{"type":"string"}}},
        "nullMap":{"type":"object","additionalProperties":{"type":"string","nullable":true}},
        "embedded":{"type":"object","required":["kind","apiVersion"],"x-kubernetes-embedded-resource":true,"properties":{
          "apiVersion":{"type":"string"},"kind":{"type":"string"},
          "metadata":{"allOf":[{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]},
          "spec":{"type":"object"}}},
        "anything":{"type":"object","required":["kind","apiVersion"],"x-kubernetes-embedded-resource":true,
          "x-kubernetes-preserve-unknown-fields":true,"properties":{
          "apiVersion":{"type":"string"},"kind":{"type":"string"},
          "metadata":{"allOf":[{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]}}},
        "odd \"na\\me\" é":{"type":"string"}}
        """);

    [Test]
    public async Task V2_Schema_LacksWhatKubectlCannotRead() => ExpectFields(await FieldsAsync("openapi/v2"), """
        {"bounded":{"description":"Some number","type":"integer","title":"A number","format":"int32","maximum":10,
          "exclusiveMaximum":true,"minimum":1,"exclusiveMinimum":true,"multipleOf":2,
          "externalDocs":{"description":"more","url":"https://example.com"},"example":4},
        "name":{"type":"string","maxLength":9,"minLength":1,"pattern":"^a\\d+$","enum":["a1","a2"]},
        "list":{"type":"array","maxItems":3,"minItems":1,"items":{"type":"object","required":["key"],"properties":{
          "key":{"type":"string"},"value":{"type":"string"}}},
          "x-kubernetes-list-map-keys":["key"],"x-kubernetes-list-type":"map"},
        "map":{"type":"object","maxProperties":2,"minProperties":1,"additionalProperties":{"type":"string"},"x-kubernetes-map-type":"atomic"},
        "loose":{"type":"object","additionalProperties":true},
        "choice":{"type":"object","required":["kept"],
          "properties":{"a":{"type":"string"},"b":{"type":"string"},"kept":{"type":"string"},"nulled":{}},
          "x-kubernetes-validations":[{"rule":"has(self.a) || oldSelf.hasValue()","message":"one of them","reason":"FieldValueRequired",
            "fieldPath":".a","optionalOldSelf":true}]},
        "empty":{"type":"string"},
        "port":{"x-kubernetes-int-or-string":true},
        "spelled":{"x-kubernetes-int-or-string":true},
        "patterned":{"x-kubernetes-int-or-string":true},
        "open":{"required":["x"],"x-kubernetes-preserve-unknown-fields":true},
        "openList":{"x-kubernetes-preserve-unknown-fields":true},
        "nulled":{"required":["x"]},
        "nullMap":{"type":"object","additionalProperties":{}},
        "embedded":{"type":"object","required":["kind","apiVersion"],"x-kubernetes-embedded-resource":true,"properties":{
          "apiVersion":{"type":"string"},"kind":{"type":"string"},
          "metadata":{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},
          "spec":{"type":"object"}}},
        "anything":{"x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},
        "odd \"na\\me\" é":{"type":"string"}}
        """);

    [TestCase("openapi/v2", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", OpenApiVersion.V2)]
    [TestCase(V3, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf", OpenApiVersion.V3)]
    public async Task Protobuf_AnySchema_IsTheJsonOne(string path, string accept, OpenApiVersion version)
    {
        var json = await SchemaAsync(path);
        using var response = await _server.Http.SendRawAsync("GET", path, accept: accept);
        var document = new GnosticDecoder(version).Decode(await response.Content.ReadAsByteArrayAsync());
        var decoded = version == OpenApiVersion.V2
            ? document["definitions"]![Name]
            : document["components"]!["schemas"]![Name];

        Assert.That(JsonNode.DeepEquals(decoded, json), Is.True, decoded!.ToJsonString());
    }

    private async Task<JsonObject> SchemaAsync(string path)
    {
        var document = await _server.ExpectAsync(200, "GET", path);
        var schemas = path == V3 ? document["components"]!["schemas"]! : document["definitions"]!;
        return schemas[Name]!.AsObject();
    }

    private async Task<JsonObject> FieldsAsync(string path)
    {
        var fields = (await SchemaAsync(path))["properties"]!["spec"]!["properties"]!.AsObject();
        foreach (var name in new[] { "embedded", "anything" })
        {
            // What is said of the fields of every object is not of this definition.
            foreach (var (_, property) in (JsonObject?)fields[name]!["properties"] ?? [])
            {
                property!.AsObject().Remove("description");
            }
        }

        return fields;
    }

    private static void ExpectFields(JsonObject actual, string json)
    {
        var expected = JsonNode.Parse(json)!.AsObject();
        Assert.That(actual.Select(p => p.Key), Is.EquivalentTo(expected.Select(p => p.Key)));
        Assert.Multiple(() =>
        {
            foreach (var (name, value) in expected)
            {
                Assert.That(JsonNode.DeepEquals(actual[name], value), Is.True, $"{name}: {actual[name]?.ToJsonString()}");
            }
        });
    }

    private static string Definition(string plural, string kind, string properties) =>
        """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"PLURAL.PLURAL.example.com"},
         "spec":{"group":"PLURAL.example.com","scope":"Namespaced","names":{"plural":"PLURAL","singular":"KINDs","kind":"KIND"},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
           "spec":{"type":"object","properties":{PROPERTIES}}}}}}]}}
        """.Replace("PLURAL", plural, StringComparison.Ordinal)
            .Replace("KINDs", kind.ToLowerInvariant(), StringComparison.Ordinal)
            .Replace("KIND", kind, StringComparison.Ordinal).Replace("PROPERTIES", properties, StringComparison.Ordinal);
}
