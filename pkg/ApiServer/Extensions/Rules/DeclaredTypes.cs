using System.Diagnostics.CodeAnalysis;
using System.Text;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// The types of one schema and of all below it. Object types have names that no expression can say, so none comes to rely
/// on them (SchemaDeclType of k8s.io/apiserver/pkg/cel/common).
/// </summary>
internal sealed class DeclaredTypes : CelTypeProvider
{
    // The sizes of values as JSON, for estimates: quotation marks, brackets and the shortest content.
    private const long EmptyBytes = 2;
    private const long NumberBytes = 1;
    private const long BoolBytes = 4;
    private const long DurationBytes = 3;
    private const long MaxTimeBytes = 32;
    private const long DateBytes = 12;
    private const long DateTimeBytes = 21;

    // A key with its quotation marks, colon and comma, beside the value.
    private const long EntryBytes = 6;

    // What a required field adds: its quotation marks, colon and comma.
    private const long FieldBytes = 4;

    // A character has up to four bytes.
    private const long MaxBytesPerCharacter = 4;

    private static readonly DeclaredType Bool = new(CelType.Bool, BoolBytes);
    private static readonly DeclaredType Int = new(CelType.Int, NumberBytes);
    private static readonly DeclaredType Double = new(CelType.Double, NumberBytes);
    private static readonly DeclaredType Key = new(CelType.String, EmptyBytes);

    private readonly Dictionary<string, DeclaredType> _objects = new(StringComparer.Ordinal);

    /// <summary>
    /// The type of a schema's values, null when expressions cannot see them. <paramref name="name"/> is for its object
    /// types.
    /// </summary>
    public DeclaredType? Declare(StructuralSchema schema, bool isResource, string name)
    {
        if (schema.IsIntOrString)
        {
            return new DeclaredType(CelType.Dyn, NumberBytes, MaxCharacters(schema) ?? LongestText);
        }

        schema = isResource ? schema.AsResource : schema;
        return schema.Type switch
        {
            "array" => DeclareList(schema, name),
            "object" when schema.AdditionalProperties is { } values => DeclareMap(schema, values, name),
            "object" => DeclareObject(schema, name),
            "string" => DeclareText(schema),
            "boolean" => Bool,
            "number" => Double,
            "integer" => Int,
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
    {
        type = null;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        type = _objects.GetValueOrDefault(typeName)?.Fields!.GetValueOrDefault(field)?.Type;
        return type is not null;
    }

    private static long LongestText => ExpressionLimits.MaxRequestBytes - EmptyBytes;

    private DeclaredType? DeclareList(StructuralSchema schema, string name)
    {
        if (schema.Items is not { } items || Declare(items, items.IsEmbeddedResource, name + ".@idx") is not { } item)
        {
            return null;
        }

        var most = AtLeastZero(schema.Validation.MaxItems) ?? LongestText / (item.MinBytes + 1);
        return new DeclaredType(CelType.List(item.Type), EmptyBytes, most) { Element = item };
    }

    private DeclaredType? DeclareMap(StructuralSchema schema, StructuralSchema values, string name)
    {
        if (Declare(values, values.IsEmbeddedResource, name + ".@elem") is not { } value)
        {
            return null;
        }

        var most = AtLeastZero(schema.Validation.MaxProperties) ?? LongestText / (value.MinBytes + EntryBytes);
        return new DeclaredType(CelType.Map(CelType.String, value.Type), EmptyBytes, most) { Key = Key, Element = value };
    }

    private DeclaredType DeclareObject(StructuralSchema schema, string name)
    {
        var fields = new Dictionary<string, DeclaredType>(schema.Properties.Count, StringComparer.Ordinal);
        var bytes = EmptyBytes;
        foreach (var (property, inner) in schema.Properties)
        {
            var identifier = FieldNames.Escape(property);
            if (Declare(inner, inner.IsEmbeddedResource, $"{name}.{identifier ?? property}") is not { } field)
            {
                continue;
            }

            if (identifier is not null)
            {
                fields[identifier] = field;
            }

            if (inner.Default is null && schema.Validation.Required.Contains(property))
            {
                bytes += Encoding.UTF8.GetByteCount(property) + field.MinBytes + FieldBytes;
            }
        }

        return _objects[name] = new DeclaredType(CelType.Object(name), bytes) { Fields = fields };
    }

    private static DeclaredType DeclareText(StructuralSchema schema) => schema.Validation.Format switch
    {
        "byte" => new DeclaredType(
            CelType.Bytes, EmptyBytes, AtLeastZero(schema.Validation.MaxLength) ?? LongestText),
        "duration" => new DeclaredType(CelType.Duration, DurationBytes, MaxTimeBytes),
        "date" => new DeclaredType(CelType.Timestamp, DateBytes, DateBytes),
        "date-time" => new DeclaredType(CelType.Timestamp, DateTimeBytes, MaxTimeBytes),
        _ => new DeclaredType(
            CelType.String, EmptyBytes, MaxCharacters(schema) ?? LongestOf(schema.Validation) ?? LongestText),
    };

    private static long? MaxCharacters(StructuralSchema schema) =>
        AtLeastZero(schema.Validation.MaxLength) is { } most
            ? most > long.MaxValue / MaxBytesPerCharacter ? long.MaxValue : most * MaxBytesPerCharacter
            : null;

    private static long? LongestOf(ValueValidation rules) => rules.Enum.Count == 0 ? null : rules.Enum.Max(value =>
        value?.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? (long)Encoding.UTF8.GetByteCount(value.GetValue<string>()) : 0);

    private static long? AtLeastZero(long? value) => value is { } given ? Math.Max(given, 0) : null;
}
