using Kube1.Api;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// Makes the type of a custom resource's objects, which decoding, merging and field ownership walk as they walk built-in
/// ones (k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder, kube-openapi/pkg/schemaconv). Decoding by it
/// drops what pruning drops, with the same paths, and refuses no value of a wrong type: that is validation's business.
/// </summary>
internal static class SchemaTypeBuilder
{
    private const string ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private static readonly SchemaField[] TypeMeta =
    [
        new("apiVersion", SchemaValue.String), new("kind", SchemaValue.String),
        new("metadata", SchemaCatalog.BuiltIn.ValueOf(ObjectMeta)),
    ];

    /// <summary>
    /// Makes the type. With <paramref name="preserveUnknownFields"/> (spec.preserveUnknownFields, which only definitions
    /// of v1beta1 could set) no unknown field is dropped anywhere.
    /// </summary>
    public static SchemaType Build(StructuralSchema schema, GroupVersionKind kind, bool preserveUnknownFields)
    {
        var labels = kind.Group.Split('.');
        Array.Reverse(labels);
        var name = $"{string.Join('.', labels)}.{kind.Version}.{kind.Kind}";
        return new Walk(preserveUnknownFields).TypeOf(schema, name, new Surroundings(true, false, false), kind);
    }

    /// <summary>Where a schema stands.</summary>
    /// <param name="IsResource">Whether it is of a whole resource: at the root.</param>
    /// <param name="Keeps">Whether unknown fields are kept because a list around it keeps them.</param>
    /// <param name="Merges">Whether merging takes unknown fields because a schema above preserves its own.</param>
    private readonly record struct Surroundings(bool IsResource, bool Keeps, bool Merges);

    private sealed class Walk(bool keepsAll)
    {
        public SchemaType TypeOf(
            StructuralSchema schema, string name, Surroundings around, GroupVersionKind? kind = null)
        {
            var isResource = around.IsResource || schema.IsEmbeddedResource;
            var merges = around.Merges || schema.PreservesUnknownFields;
            var fields = new List<SchemaField>(schema.Properties.Count + TypeMeta.Length);
            if (isResource)
            {
                fields.AddRange(MetaFields(around.IsResource));
            }

            foreach (var (property, value) in schema.Properties)
            {
                if (!(isResource && property is "apiVersion" or "kind" or "metadata"))
                {
                    fields.Add(FieldOf(property, value, name, schema, merges));
                }
            }

            return new SchemaType(name, fields)
            {
                Kind = kind,
                IsAtomic = schema.MapType == "atomic",
                PreservesUnknownFields = keepsAll || around.Keeps || schema.PreservesUnknownFields,
                MergesUnknownFields = merges,
                AdditionalProperties = RestOf(schema, name, merges),
            };
        }

        // A field belongs to one type: it knows its place there.
        private static IEnumerable<SchemaField> MetaFields(bool isRoot) => TypeMeta.Select(field =>
            new SchemaField(field.JsonName, isRoot ? field.Value : field.Value.Leniently())
            {
                Required = !isRoot && field.JsonName != "metadata",
            });

        private SchemaField FieldOf(
            string property, StructuralSchema schema, string owner, StructuralSchema parent, bool merges) =>
            new(property, ValueOf(schema, $"{owner}.{property}", merges, keeps: false))
            {
                ListType = schema.ListType ?? schema.MapType ?? "",
                ListMapKeys = schema.ListMapKeys,
                Default = schema.Default?.ToJsonString(),
                Nullable = schema.Nullable,
                Required = parent.Validation.Required.Contains(property),
            };

        private SchemaValue? RestOf(StructuralSchema schema, string name, bool merges) =>
            schema.AdditionalProperties is { } rest ? ValueOf(rest, name + ".*", merges, keeps: false)
            // Pruning takes the members of such a map for known, whatever validation says of them.
            : schema.AllowsAdditionalProperties is not null ? SchemaValue.Any.Leniently()
            : null;

        private SchemaValue ValueOf(StructuralSchema schema, string name, bool merges, bool keeps)
        {
            if (schema.IsIntOrString)
            {
                return SchemaValue.Of(SchemaKind.IntOrString).Leniently();
            }

            switch (schema.Type)
            {
                case "string":
                    return SchemaValue.String.Leniently();
                case "integer":
                    return SchemaValue.Of(SchemaKind.Integer64).Leniently();
                case "number":
                    return SchemaValue.Of(SchemaKind.Number).Leniently();
                case "boolean":
                    return SchemaValue.Of(SchemaKind.Boolean).Leniently();
                case "array":
                    return ListOf(schema, name, merges, keeps);
                case "" when schema.Properties.Count == 0 && schema.AllowsAdditionalProperties is null
                    && !schema.IsEmbeddedResource:
                    return SchemaValue.Any.Leniently();
                default:
                    return ObjectOf(schema, name, merges, keeps);
            }
        }

        private SchemaValue ListOf(StructuralSchema schema, string name, bool merges, bool keeps)
        {
            // Of a list that preserves them, the items preserve unknown fields too.
            var itemsKeep = keeps || schema.PreservesUnknownFields;
            var items = schema.Items is null
                ? SchemaValue.Any.Leniently()
                : ValueOf(schema.Items, name + ".items", merges || itemsKeep, itemsKeep);
            return SchemaValue.ListOf(items).Leniently(schema.ListType ?? "", schema.ListMapKeys);
        }

        private SchemaValue ObjectOf(StructuralSchema schema, string name, bool merges, bool keeps)
        {
            var isMap = schema is { Properties.Count: 0, AllowsAdditionalProperties: not null }
                && !schema.IsEmbeddedResource && !schema.PreservesUnknownFields && !keeps;
            return isMap
                ? SchemaValue.MapOf(RestOf(schema, name, merges)!).Leniently(schema.MapType ?? "")
                : SchemaValue.ObjectOf(TypeOf(schema, name, new Surroundings(false, keeps, merges))).Leniently();
        }
    }
}
