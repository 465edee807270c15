using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// Which fields of two objects differ, and how: a line for the stored value and one for the new. Upstream shows a diff of
/// Go's values there, which it does not promise to keep.
/// </summary>
internal static class FieldDifference
{
    /// <summary>The lines of all top-level fields that differ.</summary>
    public static string Of(JsonObject now, JsonObject before) => string.Join('\n', now.Select(p => p.Key)
        .Union(before.Select(p => p.Key))
        .Where(field => !JsonNode.DeepEquals(now[field], before[field]))
        .SelectMany(field => new[] { Line('-', field, before[field]), Line('+', field, now[field]) })
        .OfType<string>());

    private static string? Line(char sign, string field, JsonNode? value) =>
        value is null ? null : $"{sign} {field}: {VerbatimValue.Of(value)}";
}
