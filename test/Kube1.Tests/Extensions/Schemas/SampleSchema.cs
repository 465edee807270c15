using System.Text.Json.Nodes;

namespace Kube1.Tests.Extensions.Schemas;

/// <summary>A schema such as real ones are, and an object of four kilobytes that obeys it.</summary>
internal static class SampleSchema
{
    public static JsonObject Definition() => JsonNode.Parse("""
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["rules"],"properties":{
            "replicas":{"type":"integer","format":"int32","minimum":0,"default":1},
            "paused":{"type":"boolean","default":false},
            "labels":{"type":"object","additionalProperties":{"type":"string","maxLength":63},"maxProperties":64},
            "port":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
            "rules":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{
              "type":"object","required":["name","host"],"properties":{
                "name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","maxLength":63},
                "host":{"type":"string","format":"hostname"},
                "mode":{"type":"string","enum":["Open","Closed"],"default":"Open"},
                "weight":{"type":"number","minimum":0,"maximum":1},
                "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
                "since":{"type":"string","format":"date-time"}}}}}},
          "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}
        """)!.AsObject();

    public static JsonObject Value()
    {
        var rules = Enumerable.Range(0, 24).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"rule-{i}",
            ["host"] = $"host-{i}.example.com",
            ["mode"] = i % 2 == 0 ? "Open" : "Closed",
            ["weight"] = 0.5,
            ["tags"] = new JsonArray("a", "b", $"tag-{i}"),
            ["since"] = "2026-01-01T00:00:00Z",
        });
        return new JsonObject
        {
            ["apiVersion"] = "example.com/v1",
            ["kind"] = "Sample",
            ["metadata"] = new JsonObject { ["name"] = "sample" },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 3,
                ["paused"] = false,
                ["labels"] = new JsonObject { ["app"] = "web", ["tier"] = "front" },
                ["port"] = "http",
                ["rules"] = new JsonArray([.. rules]),
            },
        };
    }
}
