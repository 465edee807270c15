using System.Text.Json.Nodes;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>Makes objects in which every field of the schema has a value, down to a depth that keeps them small.</summary>
internal static class FilledObject
{
    private const int MaxDepth = 7;

    /// <summary>An object of a kind; two seeds make other values and other list items, and the same maps.</summary>
    public static JsonObject Of(SchemaType type, int seed)
    {
        var obj = Fill(type, seed, 0);
        if (type.Kind is { } kind)
        {
            obj["apiVersion"] = kind.ApiVersion;
            obj["kind"] = kind.Kind;
        }

        obj["metadata"] = new JsonObject
        {
            ["name"] = "filled",
            ["labels"] = new JsonObject { ["a"] = $"{seed}" },
            ["finalizers"] = new JsonArray($"example.com/{seed}"),
        };
        return obj;
    }

    private static JsonObject Fill(SchemaType type, int seed, int depth)
    {
        var obj = new JsonObject();
        foreach (var field in type.Fields.Where(f => f.JsonName != "managedFields"))
        {
            // Below the bound only what tells items apart: they cannot do without.
            if (depth < MaxDepth || field.Required)
            {
                if (depth < 2 * MaxDepth)
                {
                    obj[field.JsonName] = Value(field.Value, seed, depth + 1);
                }
            }
        }

        return obj;
    }

    private static JsonNode? Value(SchemaValue value, int seed, int depth) => value.Kind switch
    {
        SchemaKind.String => $"text-{seed}",
        SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number => seed,
        SchemaKind.Boolean => true,
        SchemaKind.Bytes => Convert.ToBase64String([(byte)seed]),
        SchemaKind.Time => "2026-01-01T00:00:00Z",
        SchemaKind.MicroTime => "2026-01-01T00:00:00.000000Z",
        SchemaKind.Quantity => $"{seed}Gi",
        SchemaKind.IntOrString => $"{seed}%",
        SchemaKind.Object => Fill(value.Type!, seed, depth),
        SchemaKind.List => new JsonArray(Value(value.Element!, seed, depth)),
        SchemaKind.Map => new JsonObject { [$"key-{seed}"] = Value(value.Element!, seed, depth) },
        _ => new JsonObject { ["any"] = new JsonArray(seed), ["nested"] = new JsonObject { [$"key-{seed}"] = "x" } },
    };
}
