using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.JsonPaths;

/// <summary>
/// A path to values in an object, in the dialect of k8s.io/client-go/util/jsonpath: ".spec.replicas",
/// ".status.conditions[?(@.type==\"Ready\")].status". Parsed once, walked often. What is absent is no result.
/// https://kubernetes.io/docs/reference/kubectl/jsonpath/
/// </summary>
internal sealed class JsonPath
{
    /// <summary>No reader of a path looks at more; "..*" over a large object would make as many as it has values.</summary>
    public const int MaxResults = 10_000;

    private readonly IReadOnlyList<PathStep> _steps;

    /// <summary>A path of these steps, one after the other.</summary>
    internal JsonPath(IReadOnlyList<PathStep> steps) => _steps = steps;

    /// <summary>Reads a path without its braces; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path)
    {
        path = new JsonPathParser(text).Read();
        return path is not null;
    }

    /// <summary>The first value; false when there is none. A value may be null.</summary>
    public bool TryFind(JsonNode? root, out JsonNode? value)
    {
        var found = Find(root);
        value = found.Count > 0 ? found[0] : null;
        return found.Count > 0;
    }

    /// <summary>All values, in their order in the object.</summary>
    public IReadOnlyList<JsonNode?> Find(JsonNode? root)
    {
        var values = new List<JsonNode?> { root };
        foreach (var step in _steps)
        {
            var next = new List<JsonNode?>();
            foreach (var value in values)
            {
                step.Walk(value, next);
                if (next.Count > MaxResults)
                {
                    return [];
                }
            }

            values = next;
        }

        return values;
    }
}
