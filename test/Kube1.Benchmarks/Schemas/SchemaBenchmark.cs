using System.Diagnostics;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.Benchmarks.Schemas;

/// <summary>What a custom resource of four kilobytes costs beyond a built-in one: pruning, defaults, validation.</summary>
internal static class SchemaBenchmark
{
    private const int Rounds = 20_000;

    public static void Run(TextWriter output)
    {
        var schema = StructuralSchema.Parse(JsonNode.Parse("""
            {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["rules"],"properties":{
              "replicas":{"type":"integer","format":"int32","minimum":0,"default":1},
              "port":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
              "rules":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{
                "type":"object","required":["name","host"],"properties":{
                  "name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","maxLength":63},
                  "host":{"type":"string","format":"hostname"},
                  "mode":{"type":"string","enum":["Open","Closed"],"default":"Open"},
                  "weight":{"type":"number","minimum":0,"maximum":1},
                  "since":{"type":"string","format":"date-time"}}}}}}}}
            """)!.AsObject());
        var rules = Enumerable.Range(0, 30).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"rule-{i}",
            ["host"] = $"host-{i}.example.com",
            ["mode"] = "Closed",
            ["weight"] = 0.5,
            ["since"] = "2026-01-01T00:00:00Z",
        });
        var value = new JsonObject
        {
            ["spec"] = new JsonObject { ["replicas"] = 3, ["port"] = "http", ["rules"] = new JsonArray([.. rules]) },
        };
        var timings = new Timings();
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var errors = new FieldErrorList();
            Pruning.Prune(value, schema);
            Defaulting.PruneNulls(value, schema);
            Defaulting.Apply(value, schema);
            SchemaValidator.Validate(schema, value, null, null, errors);
            ListTypeRules.Validate(schema, value, null, null, errors);
            if (errors.Count > 0)
            {
                throw new InvalidOperationException(errors[0].ToString());
            }

            if (i > Rounds / 4)
            {
                timings.Add(start);
            }
        }

        output.WriteLine($"custom resource, {value.ToJsonString().Length} bytes: prune, default, validate: {timings}");
    }
}
