using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Extensions.Schemas.Formats;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>What to warn the author of a definition of.</summary>
internal static class DefinitionWarnings
{
    /// <summary>Formats that are not checked; an update is warned of those that are new.</summary>
    public static IEnumerable<string> Of(JsonObject obj, JsonObject? old)
    {
        var before = old is null ? [] : All(old).ToHashSet(StringComparer.Ordinal);
        return All(obj).Where(w => !before.Contains(w));
    }

    private static IEnumerable<string> All(JsonObject definition) =>
        new DefinitionForm(definition.Child("spec") ?? []).Schemas.SelectMany(SchemaTraversal.All)
            .Where(s => s.Text("format").Length > 0 && !SchemaFormats.IsKnown(s.Text("format"), s.Text("type")))
            .Select(s => $"unrecognized format {GoText.Quote(s.Text("format"))}")
            .Distinct();
}
