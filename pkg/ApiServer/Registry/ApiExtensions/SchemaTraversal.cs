using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>All schemas within a schema as it is written, itself first.</summary>
internal static class SchemaTraversal
{
    private static readonly string[] Single = ["items", "not", "additionalProperties", "additionalItems"];
    private static readonly string[] Lists = ["items", "allOf", "anyOf", "oneOf"];
    private static readonly string[] Maps = ["properties", "patternProperties", "definitions", "dependencies"];

    /// <summary>The schemas.</summary>
    public static IEnumerable<JsonObject> All(JsonObject schema)
    {
        var open = new Stack<JsonObject>();
        open.Push(schema);
        while (open.TryPop(out var current))
        {
            yield return current;
            foreach (var child in Children(current).Reverse())
            {
                open.Push(child);
            }
        }
    }

    /// <summary>The schemas directly below a schema.</summary>
    private static IEnumerable<JsonObject> Children(JsonObject schema)
    {
        var singles = Single.Select(name => schema[name]);
        var items = Lists.SelectMany(name => schema[name] as JsonArray ?? []);
        var members = Maps.SelectMany(name => schema[name] as JsonObject ?? []).Select(p => p.Value);
        return singles.Concat(items).Concat(members).OfType<JsonObject>();
    }
}
