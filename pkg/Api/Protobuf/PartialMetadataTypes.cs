using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// meta.k8s.io PartialObjectMetadata and its list, which OpenAPI does not define. The numbers of the list's fields are
/// swapped between v1 and v1beta1.
/// </summary>
internal static class PartialMetadataTypes
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly Lazy<SchemaType> LazyOne = new(() => new SchemaType(
        Meta + "PartialObjectMetadata",
        [SchemaField.OfMessage("metadata", SchemaCatalog.BuiltIn.ValueOf(Meta + "ObjectMeta"), 1, "ObjectMeta")]));

    private static readonly Lazy<SchemaType> LazyList = new(() => List(1, 2));
    private static readonly Lazy<SchemaType> LazyBetaList = new(() => List(2, 1));

    /// <summary>PartialObjectMetadata of either version.</summary>
    public static SchemaType One => LazyOne.Value;

    /// <summary>PartialObjectMetadataList of a version.</summary>
    public static SchemaType ListOf(string version) => version == "v1" ? LazyList.Value : LazyBetaList.Value;

    private static SchemaType List(int metadata, int items) => new(
        Meta + "PartialObjectMetadataList",
        [
            SchemaField.OfMessage("metadata", SchemaCatalog.BuiltIn.ValueOf(Meta + "ListMeta"), metadata, "ListMeta"),
            SchemaField.OfMessage("items", SchemaValue.ListOf(SchemaValue.ObjectOf(One)), items, "repeated PartialObjectMetadata"),
        ]);
}
