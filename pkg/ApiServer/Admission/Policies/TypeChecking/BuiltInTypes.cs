using System.Diagnostics.CodeAnalysis;
using Kube1.Api.Schema;
using Kube1.ApiServer.Expressions;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies.TypeChecking;

/// <summary>
/// The types of built-in kinds as expressions see them, read from the schema tables when an expression names a field
/// (SchemaDeclType of k8s.io/apiserver/pkg/cel/common).
/// </summary>
internal sealed class BuiltInTypes : CelTypeProvider
{
    /// <summary>What every object has.</summary>
    public static readonly CelType ObjectMeta = CelType.Object("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    /// <summary>All of them.</summary>
    public static BuiltInTypes Instance { get; } = new();

    /// <inheritdoc/>
    public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
    {
        // Nobody is to come to rely on the names.
        type = null;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        type = FieldNames.Unescape(field) is { } name && FieldNames.Escape(name) == field
            && SchemaCatalog.BuiltIn.Find(typeName)?.Find(name) is { } found ? TypeOf(found.Value) : null;
        return type is not null;
    }

    // Null for what has no type in the API's documents: quantities, which are texts or numbers, and any JSON. Fields of
    // that cannot be named.
    private static CelType? TypeOf(SchemaValue value) => value.Kind switch
    {
        SchemaKind.String => CelType.String,
        SchemaKind.Integer32 or SchemaKind.Integer64 => CelType.Int,
        SchemaKind.Boolean => CelType.Bool,
        SchemaKind.Number => CelType.Double,
        SchemaKind.Bytes => CelType.Bytes,
        SchemaKind.Time or SchemaKind.MicroTime => CelType.Timestamp,
        SchemaKind.IntOrString => CelType.Dyn,
        SchemaKind.Object => CelType.Object(value.TypeName),
        SchemaKind.List => TypeOf(value.Element!) is { } item ? CelType.List(item) : null,
        SchemaKind.Map => TypeOf(value.Element!) is { } entry ? CelType.Map(CelType.String, entry) : null,
        SchemaKind.Any when value.IsAtomic => CelType.Object(value.TypeName),
        _ => null,
    };
}
