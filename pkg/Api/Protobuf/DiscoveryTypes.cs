using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>apidiscovery.k8s.io/v2, which OpenAPI does not define (k8s.io/api/apidiscovery/v2 generated.proto).</summary>
internal static class DiscoveryTypes
{
    private const string Package = "io.k8s.api.apidiscovery.v2.";
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly Lazy<SchemaType> LazyGroups = new(MakeGroups);

    /// <summary>APIGroupDiscoveryList</summary>
    public static SchemaType Groups => LazyGroups.Value;

    private static SchemaType MakeGroups()
    {
        var kind = SchemaValue.ObjectOf(new SchemaType(
            Meta + "GroupVersionKind", [Text("group", 1), Text("version", 2), Text("kind", 3)]));
        var subresource = new SchemaType(
            Package + "APISubresourceDiscovery",
            [Text("subresource", 1), Kind(kind), List("acceptedTypes", 3, kind), List("verbs", 4, SchemaValue.String)]);
        var resource = new SchemaType(
            Package + "APIResourceDiscovery",
            [
                Text("resource", 1), Kind(kind), Text("scope", 3), Text("singularResource", 4),
                List("verbs", 5, SchemaValue.String), List("shortNames", 6, SchemaValue.String),
                List("categories", 7, SchemaValue.String), List("subresources", 8, SchemaValue.ObjectOf(subresource)),
            ]);
        var version = new SchemaType(
            Package + "APIVersionDiscovery",
            [Text("version", 1), List("resources", 2, SchemaValue.ObjectOf(resource)), Text("freshness", 3)]);
        var group = new SchemaType(
            Package + "APIGroupDiscovery",
            [Metadata("ObjectMeta"), List("versions", 2, SchemaValue.ObjectOf(version))]);
        return new SchemaType(
            Package + "APIGroupDiscoveryList", [Metadata("ListMeta"), List("items", 2, SchemaValue.ObjectOf(group))]);
    }

    private static SchemaField Metadata(string type) =>
        SchemaField.OfMessage("metadata", SchemaCatalog.BuiltIn.ValueOf(Meta + type), 1, type);

    private static SchemaField Kind(SchemaValue kind) =>
        SchemaField.OfMessage("responseKind", kind, 2, "GroupVersionKind", isPointer: true);

    private static SchemaField Text(string name, int number) =>
        SchemaField.OfMessage(name, SchemaValue.String, number, "string");

    private static SchemaField List(string name, int number, SchemaValue element) =>
        SchemaField.OfMessage(name, SchemaValue.ListOf(element), number, "repeated " + element.GoTypeName);
}
