using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Removal of what a manager applied before and does not apply any more, in the three steps of
/// structured-merge-diff/merge prune. Between the steps objects may be converted to other versions.
/// </summary>
public static class AbandonedFields
{
    /// <summary>First: without all that the manager had applied.</summary>
    public static JsonObject Drop(JsonObject merged, FieldSet applied, SchemaType type) =>
        ItemRemoval.Without(merged, Named(applied, type), type);

    /// <summary>Second: with what somebody owns, the manager's new configuration included.</summary>
    public static JsonObject AddBackOwned(JsonObject merged, JsonObject pruned, FieldSet owned, SchemaType type)
    {
        var kept = Named(FieldSetExtraction.Of(pruned, type), type).Union(Named(owned, type));
        return ItemRemoval.Without(merged, Named(FieldSetExtraction.Of(merged, type), type).Except(kept), type);
    }

    /// <summary>Third: with what went along but had never been the manager's.</summary>
    public static JsonObject AddBackUnowned(JsonObject merged, JsonObject pruned, FieldSet applied, SchemaType type)
    {
        var gone = Named(FieldSetExtraction.Of(merged, type), type)
            .Except(Named(FieldSetExtraction.Of(pruned, type), type));
        return ItemRemoval.Without(merged, gone.Intersection(Named(applied, type)), type);
    }

    private static FieldSet Named(FieldSet set, SchemaType type) =>
        ItemRemoval.WithNamedFields(set, SchemaValue.ObjectOf(type).Rule);
}
