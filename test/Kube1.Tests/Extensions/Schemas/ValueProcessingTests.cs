using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Tests.Api;

namespace Kube1.Tests.Extensions.Schemas;

/// <summary>
/// Pruning, nulls, embedded metadata and defaults, in the order of a request. "= JSON" is what comes out, "? path" a field
/// that was dropped, "- text" an error.
/// </summary>
public sealed class ValueProcessingTests
{
    [Test]
    public void Process_Case_AsUpstream() =>
        Assert.That(string.Concat(SchemaTable.Read("processing.txt").Select(Run)), Is.Empty);

    [Test]
    public void Process_RandomValues_IsIdempotent()
    {
        var schemas = SchemaTable.Read("processing.txt").Select(row => row.Schema).Distinct().ToArray();
        var cases = Gen.Choose(0, schemas.Length - 1)
            .SelectMany(schema => Gen.Choose(0, int.MaxValue).Select(seed => (schema, seed))).ToArbitrary();
        Prop.ForAll(cases, x =>
        {
            var schema = schemas[x.schema];
            var value = Random(new Random(x.seed), schema, 6)!.AsObject();
            Pruning.Prune(value, schema);
            Defaulting.PruneNulls(value, schema);
            Defaulting.Apply(value, schema);
            var once = value.DeepClone();
            var unknown = Pruning.Prune(value, schema);
            Defaulting.PruneNulls(value, schema);
            Defaulting.Apply(value, schema);
            return unknown.Count == 0 && JsonNode.DeepEquals(once, value);
        }).QuickCheckThrowOnFailure();
    }

    // Values that fit more often than not, with what is unknown, null or of another type among it.
    private static JsonNode? Random(Random random, StructuralSchema schema, int depth)
    {
        if (depth < 6 && random.Next(6) == 0)
        {
            return RandomJson.Value(random, 2);
        }

        switch (schema.Type)
        {
            case "object":
                var map = new JsonObject();
                foreach (var (name, property) in schema.Properties)
                {
                    if (random.Next(3) > 0)
                    {
                        map[name] = Random(random, property, depth - 1);
                    }
                }

                map[$"x{random.Next(3)}"] = schema.AdditionalProperties is { } rest && depth > 0
                    ? Random(random, rest, depth - 1)
                    : RandomJson.Value(random, 2);
                return map;
            case "array":
                return new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Random(random, schema.Items!, depth - 1))]);
            case "integer":
                return random.Next(9);
            default:
                return "text";
        }
    }

    private static string Run(SchemaTable.Case row)
    {
        var value = JsonNode.Parse(row.Text)!.AsObject();
        var unknown = Pruning.Prune(value, row.Schema).ToList();
        Defaulting.PruneNulls(value, row.Schema);
        var errors = new FieldErrorList();
        EmbeddedMetadata.Coerce(value, row.Schema, isResource: false, dropsInvalid: false, null, errors, unknown);
        Defaulting.Apply(value, row.Schema);
        if (errors.Count == 0)
        {
            EmbeddedMetadata.Validate(value, row.Schema, isResource: false, null, errors);
        }

        return row.Compare(
            [.. unknown.Select(u => "? " + u), .. errors.Select(e => "- " + e), "= " + GoValues.Json(value)]);
    }
}
