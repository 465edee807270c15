using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// A definition in the form that upstream validates: what all versions have alike stands once, at the top. Error paths name
/// it there: "spec.validation" and not "spec.versions[0].schema".
/// </summary>
internal sealed class DefinitionForm
{
    private static readonly string[] Movable = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"];

    private readonly HashSet<string> _shared;

    /// <summary>Reads the spec of a definition.</summary>
    public DefinitionForm(JsonObject spec)
    {
        Spec = spec;
        Versions = [.. spec.Items("versions")];
        _shared = [.. Movable.Where(field =>
            Versions.Count > 0 && Versions.All(v => SemanticEquality.Same(v[field], Versions[0][field])))];
    }

    /// <summary>The spec as it is written.</summary>
    public JsonObject Spec { get; }

    /// <summary>Its versions as they are written.</summary>
    public List<JsonObject> Versions { get; }

    /// <summary>Whether all versions have the field alike, so that it stands at the top.</summary>
    public bool IsShared(string field) => _shared.Contains(field);

    /// <summary>What all versions have alike; null for nothing, and where they differ.</summary>
    public JsonNode? Shared(string field) => IsShared(field) ? Versions[0][field] : null;

    /// <summary>What a version has of its own; null for nothing, and where all have it alike.</summary>
    public JsonNode? Own(JsonObject version, string field) => IsShared(field) ? null : version[field];

    /// <summary>The schema of a version; null for none.</summary>
    public static JsonObject? SchemaOf(JsonObject? version) => version.Child("schema").Child("openAPIV3Schema");

    /// <summary>All schemas.</summary>
    public IEnumerable<JsonObject> Schemas => Versions.Select(SchemaOf).OfType<JsonObject>();
}
