using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>A field that field selectors may name besides metadata.name and metadata.namespace.</summary>
public sealed record SelectableField(string Path, Func<JsonObject, string> Value);
