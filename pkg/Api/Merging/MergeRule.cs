using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>How values of one place in the schema are merged, compared and owned.</summary>
internal enum MergeForm
{
    /// <summary>One value.</summary>
    Scalar,

    /// <summary>A list, map or object that is one value all the same.</summary>
    Atomic,

    /// <summary>An object of a type: field by field.</summary>
    Struct,

    /// <summary>A map: entry by entry.</summary>
    Map,

    /// <summary>A list of distinct scalars, told apart by their values.</summary>
    Set,

    /// <summary>A list of objects, told apart by their key fields.</summary>
    KeyedList,

    /// <summary>
    /// metadata.managedFields: kept by those who track the others, and itself neither owned nor merged.
    /// </summary>
    Bookkeeping,

    /// <summary>No schema: objects member by member, lists as one value.</summary>
    Deduced,
}

/// <summary>
/// The rule of one place in the schema, from its list type, map type or patch strategy (kube-openapi/pkg/schemaconv).
/// </summary>
internal sealed class MergeRule
{
    private const string ManagedFieldsEntry = "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry";

    private MergeRule(MergeForm form, SchemaValue value)
    {
        Form = form;
        Value = value;
    }

    /// <summary>What no schema describes.</summary>
    public static MergeRule Untyped { get; } = new(MergeForm.Deduced, SchemaValue.Any);

    /// <summary>How values are taken apart.</summary>
    public MergeForm Form { get; }

    /// <summary>Their shape.</summary>
    public SchemaValue Value { get; }

    /// <summary>The key fields of a keyed list.</summary>
    public IReadOnlyList<string> Keys { get; private init; } = [];

    /// <summary>The rule of the items of a list or of the entries of a map.</summary>
    public MergeRule Element => Value.Element?.Rule ?? Untyped;

    /// <summary>The rule of a value that stands in no field.</summary>
    public static MergeRule Of(SchemaValue value) => new(value.Kind switch
    {
        SchemaKind.Object => value.Type!.IsAtomic ? MergeForm.Atomic : MergeForm.Struct,
        SchemaKind.Map => value.ListType == "atomic" ? MergeForm.Atomic : MergeForm.Map,
        SchemaKind.List => value.ListType switch
        {
            "set" => MergeForm.Set,
            "map" => MergeForm.KeyedList,
            _ => MergeForm.Atomic,
        },
        SchemaKind.Any => value.IsAtomic ? MergeForm.Atomic : MergeForm.Deduced,
        _ => MergeForm.Scalar,
    }, value)
    {
        Keys = value.ListMapKeys,
    };

    /// <summary>The rule of a field's value.</summary>
    public static MergeRule Of(SchemaField field) => (field.Value.Kind, field.ListType) switch
    {
        (SchemaKind.List, _) when field.Value.Element!.TypeName == ManagedFieldsEntry =>
            new MergeRule(MergeForm.Bookkeeping, field.Value),
        (_, "atomic") => new MergeRule(MergeForm.Atomic, field.Value),
        (SchemaKind.Object, "granular") => new MergeRule(MergeForm.Struct, field.Value),
        (SchemaKind.List, "map") => Keyed(field.Value, field.ListMapKeys),
        (SchemaKind.List, "set") => new MergeRule(MergeForm.Set, field.Value),
        (SchemaKind.List, _) when field.Merges => field.PatchMergeKey.Length > 0
            ? Keyed(field.Value, [field.PatchMergeKey])
            : new MergeRule(MergeForm.Set, field.Value),
        _ => field.Value.Rule,
    };

    /// <summary>
    /// The rule of a member of an object or map; null for one that the schema does not know and does not allow, and for
    /// bookkeeping.
    /// </summary>
    public MergeRule? RuleOf(string name, out SchemaField? field)
    {
        field = null;
        if (Value.Kind != SchemaKind.Object)
        {
            return Element;
        }

        var type = Value.Type!;
        field = type.Find(name);
        return field is not null ? field.Rule is { Form: not MergeForm.Bookkeeping } known ? known : null
            : type.AdditionalProperties is { } rest ? rest.Rule
            : type.PreservesUnknownFields || type.MergesUnknownFields || type.Fields.Count == 0 ? Untyped
            : null;
    }

    /// <summary>The fields that are there even when stored objects leave them out; only in objects of a type.</summary>
    public ReadOnlySpan<SchemaField> AlwaysPresent =>
        Form == MergeForm.Struct ? Value.Type!.AlwaysPresent : [];

    /// <summary>The step that leads to a member.</summary>
    public static PathElement StepOf(string name, SchemaField? field) => field?.Element ?? PathElement.OfField(name);

    private static MergeRule Keyed(SchemaValue value, IReadOnlyList<string> keys) =>
        new(MergeForm.KeyedList, value) { Keys = keys };
}
