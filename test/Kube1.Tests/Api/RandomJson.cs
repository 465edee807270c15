using System.Text.Json.Nodes;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>Random JSON around a pod's shape, and random objects that fit a schema.</summary>
internal static class RandomJson
{
    private static readonly string[] Names =
    [
        "spec", "metadata", "containers", "name", "env", "finalizers", "labels", "volumes", "a", "$patch", "$retainKeys",
        "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "$setElementOrder/finalizers", "ports",
    ];

    private static readonly string[] Texts = ["a", "b", "delete", "replace", "merge", "name", ""];

    public static JsonNode Object(Random random, int depth)
    {
        var result = new JsonObject();
        for (var i = random.Next(5); i > 0; i--)
        {
            result[Names[random.Next(Names.Length)]] = Value(random, depth - 1);
        }

        return result;
    }

    public static JsonNode? Value(Random random, int depth) => random.Next(depth <= 0 ? 4 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(3)),
        2 => JsonValue.Create(random.Next(2) == 0),
        3 => JsonValue.Create(Texts[random.Next(Texts.Length)]),
        4 or 5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))]),
        _ => Object(random, depth),
    };

    public static JsonNode Operation(Random random)
    {
        string[] names = ["add", "remove", "replace", "move", "copy", "test", "x"];
        string[] paths = ["", "/", "/spec", "/spec/containers/0", "/metadata/name", "/a/-", "/a/b/c", "a", "/~1", "/spec/containers/-"];
        var operation = new JsonObject { ["op"] = names[random.Next(names.Length)], ["path"] = paths[random.Next(paths.Length)] };
        if (random.Next(3) > 0)
        {
            operation["value"] = Value(random, 2);
        }

        if (random.Next(2) > 0)
        {
            operation["from"] = paths[random.Next(paths.Length)];
        }

        return operation;
    }

    /// <summary>An object that fits a type and is in canonical form.</summary>
    public static JsonObject Fitting(Random random, SchemaType type, int depth)
    {
        var result = new JsonObject();
        foreach (var field in type.Fields)
        {
            if (field.JsonName is "apiVersion" or "kind" || random.Next(3) == 0)
            {
                continue;
            }

            if (depth > 0 || field.Value.Innermost.Kind != SchemaKind.Object)
            {
                result[field.JsonName] = Fitting(random, field.Value, depth - 1);
            }
        }

        if (type.Kind is { } kind)
        {
            result["apiVersion"] = kind.ApiVersion;
            result["kind"] = kind.Kind;
        }

        return result;
    }

    private static JsonNode Fitting(Random random, SchemaValue value, int depth) => value.Kind switch
    {
        SchemaKind.Integer32 => JsonValue.Create(random.Next(1, 1000)),
        SchemaKind.Integer64 => JsonValue.Create(random.NextInt64(1, long.MaxValue)),
        SchemaKind.Number => JsonValue.Create(2.5),
        SchemaKind.Boolean => JsonValue.Create(true),
        SchemaKind.Bytes => JsonValue.Create("aGVsbG8="),
        SchemaKind.Time => JsonValue.Create("2026-01-02T03:04:05Z"),
        SchemaKind.MicroTime => JsonValue.Create("2026-01-02T03:04:05.123456Z"),
        SchemaKind.Quantity => JsonValue.Create("250m"),
        SchemaKind.IntOrString => random.Next(2) == 0 ? JsonValue.Create(80) : JsonValue.Create("25%"),
        SchemaKind.Object => Fitting(random, value.Type!, depth),
        SchemaKind.List => new JsonArray(Fitting(random, value.Element!, depth)),
        SchemaKind.Map => new JsonObject { ["k"] = Fitting(random, value.Element!, depth) },
        SchemaKind.Any when value.TypeName.EndsWith("OrBool", StringComparison.Ordinal) => random.Next(2) == 0
            ? JsonValue.Create(true)
            : new JsonObject { ["type"] = "string" },
        SchemaKind.Any when value.TypeName.EndsWith("OrArray", StringComparison.Ordinal) => new JsonArray(
            new JsonObject { ["type"] = "string" }),
        SchemaKind.Any when value.TypeName.EndsWith("OrStringArray", StringComparison.Ordinal) => new JsonArray("a", "b"),
        SchemaKind.Any => new JsonObject { ["x"] = new JsonArray(1, "y", null) },
        _ => JsonValue.Create("text\u00e9\"\\"),
    };
}
