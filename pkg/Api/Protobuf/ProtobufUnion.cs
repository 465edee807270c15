using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// The types of a CRD's schema that are one of two things in JSON and a message with both in protobuf: a schema or a
/// flag, a schema or a list of them, a schema or a list of texts.
/// </summary>
internal sealed record ProtobufUnion(int SchemaNumber, bool HasFlag, SchemaValue? Items)
{
    private const string Package = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

    private static readonly ProtobufUnion OrFlag = new(2, true, null);
    private static readonly ProtobufUnion OrTexts = new(1, false, SchemaValue.String);
    private static readonly Lazy<SchemaType> LazySchema =
        new(() => SchemaCatalog.BuiltIn.Find(Package + "JSONSchemaProps")!);

    private static readonly Lazy<ProtobufUnion> OrSchemas =
        new(() => new ProtobufUnion(1, false, SchemaValue.ObjectOf(Schema)));

    /// <summary>JSONSchemaProps</summary>
    public static SchemaType Schema => LazySchema.Value;

    /// <summary>The union of this name; null for other free-form JSON, which is a message with its bytes.</summary>
    public static ProtobufUnion? Find(string typeName) => typeName switch
    {
        Package + "JSONSchemaPropsOrBool" => OrFlag,
        Package + "JSONSchemaPropsOrArray" => OrSchemas.Value,
        Package + "JSONSchemaPropsOrStringArray" => OrTexts,
        _ => null,
    };
}
