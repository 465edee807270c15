using System.Text.Json.Nodes;

namespace Kube1.Api.OpenApi;

/// <summary>The definition of a type that is in no table: a custom resource's, in the form of one version of OpenAPI.</summary>
/// <param name="Name">"com.example.v1.Foo"</param>
/// <param name="Schema">The definition itself.</param>
/// <param name="References">The definitions that it refers to.</param>
public sealed record ApiDefinition(string Name, JsonObject Schema, IReadOnlyList<string> References);
