using System.Text.Json.Nodes;
using Kube1.ApiServer.OpenApi;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>OpenAPI v2 documents as v3 documents.</summary>
public sealed class OpenApiConversionTests
{
    [TestCase("definitions.a", """{"type":"object","properties":{"x-b":{"$ref":"#/definitions/c"}}}""", "components.schemas.a",
        """{"type":"object","properties":{"x-b":{"$ref":"#/components/schemas/c"}}}""")]
    [TestCase("definitions.a", """{"properties":{"b":{"description":"d","default":{"$ref":"#/definitions/c"},"$ref":"#/definitions/c"}}}""",
        "components.schemas.a.properties.b",
        """{"description":"d","default":{"$ref":"#/definitions/c"},"allOf":[{"$ref":"#/components/schemas/c"}]}""")]
    [TestCase("definitions.a", """{"items":{"additionalProperties":{"$ref":"#/definitions/c"}},"additionalProperties":true}""",
        "components.schemas.a",
        """{"items":{"additionalProperties":{"$ref":"#/components/schemas/c"}},"additionalProperties":true}""")]
    [TestCase("paths./a", """
        {"post":{"operationId":"o","consumes":["*/*"],"produces":["application/json"],"schemes":["https"],"x-kubernetes-action":"post",
         "parameters":[{"in":"body","name":"body","required":true,"schema":{"$ref":"#/definitions/c"}},
          {"in":"query","name":"q","type":"string","uniqueItems":true,"pattern":"p"}],
         "responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/c"}},"401":{"description":"No"}}}}
        """, "paths./a.post", """
        {"x-kubernetes-action":"post","operationId":"o","requestBody":{"content":{"*/*":{"schema":{"$ref":"#/components/schemas/c"}}}},
         "parameters":[{"name":"q","in":"query","schema":{"type":"string","uniqueItems":true}}],
         "responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/c"}}}},
          "401":{"description":"No"}}}
        """)]
    [TestCase("paths./a", """
        {"parameters":[{"$ref":"#/parameters/pretty"}],"put":{"consumes":["*/*"],"parameters":[{"$ref":"#/parameters/body"}]}}
        """, "paths./a", """
        {"put":{"requestBody":{"content":{"*/*":{"schema":{"type":"object"}}}},"responses":{}},
         "parameters":[{"$ref":"#/components/parameters/pretty"}]}
        """)]
    [TestCase("paths./a", "{}", "components.parameters",
        """{"pretty":{"name":"pretty","in":"query","schema":{"type":"string"}}}""")]
    public void V3Of_Part_IsConverted(string at, string json, string expectedAt, string expected)
    {
        var document = JsonNode.Parse("""
            {"swagger":"2.0","info":{"title":"t","version":"1"},"paths":{},"definitions":{},"parameters":{
             "pretty":{"name":"pretty","in":"query","type":"string"},"body":{"name":"body","in":"body","schema":{"type":"object"}}}}
            """)!.AsObject();
        var (owner, name) = (at.Split('.', 2)[0], at.Split('.', 2)[1]);
        document[owner]![name] = JsonNode.Parse(json);
        var before = document.ToJsonString();

        JsonNode? found = OpenApiConversion.V3Of(document);
        foreach (var step in expectedAt.Split('.'))
        {
            found = found?[step];
        }

        Assert.That(found?.ToJsonString(), Is.EqualTo(JsonNode.Parse(expected)!.ToJsonString()));
        Assert.That(document.ToJsonString(), Is.EqualTo(before));
    }
}
