using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>The names of a custom resource (CustomResourceDefinitionNames).</summary>
internal sealed record CustomNames(
    string Plural, string Singular, string Kind, string ListKind, IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Categories)
{
    /// <summary>Reads spec.names or status.acceptedNames.</summary>
    public static CustomNames Of(JsonObject? names) => new(
        names.Text("plural"), names.Text("singular"), names.Text("kind"), names.Text("listKind"),
        [.. names.Texts("shortNames")], [.. names.Texts("categories")]);

    /// <summary>Whether no name that serving needs is missing.</summary>
    public bool IsComplete => Plural.Length > 0 && Singular.Length > 0 && Kind.Length > 0 && ListKind.Length > 0;

    /// <summary>As status.acceptedNames holds them.</summary>
    public JsonObject ToJson()
    {
        // Kind and plural are required fields: upstream writes them even when they are empty.
        var json = new JsonObject { ["plural"] = Plural, ["kind"] = Kind };
        Add(json, "singular", Singular);
        Add(json, "listKind", ListKind);
        AddList(json, "shortNames", ShortNames);
        AddList(json, "categories", Categories);
        return json;
    }

    /// <summary>Whether all names are the same.</summary>
    public bool SameAs(CustomNames other) => (Plural, Singular, Kind, ListKind)
        == (other.Plural, other.Singular, other.Kind, other.ListKind)
        && ShortNames.SequenceEqual(other.ShortNames) && Categories.SequenceEqual(other.Categories);

    private static void Add(JsonObject json, string field, string name)
    {
        if (name.Length > 0)
        {
            json[field] = name;
        }
    }

    private static void AddList(JsonObject json, string field, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            json[field] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        }
    }
}
