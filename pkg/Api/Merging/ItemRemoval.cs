using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>Takes fields and items out of an object (structured-merge-diff/typed RemoveItems).</summary>
public static class ItemRemoval
{
    /// <summary>
    /// A copy without the fields of the set. What is left empty becomes null; an atomic value of which only a part is
    /// in the set goes as a whole.
    /// </summary>
    public static JsonObject Without(JsonObject obj, FieldSet fields, SchemaType type)
    {
        var result = obj.DeepClone().AsObject();
        if (!fields.IsEmpty)
        {
            RemoveMembers(result, fields, SchemaValue.ObjectOf(type).Rule);
        }

        return result;
    }

    /// <summary>
    /// The set with the fields that lead to its paths: upstream's field sets name leaves and items alone, and removal
    /// must not leave empty shells behind (EnsureNamedFieldsAreMembers).
    /// </summary>
    internal static FieldSet WithNamedFields(FieldSet set, MergeRule? rule)
    {
        var result = new FieldSet();
        foreach (ref readonly var node in set.Nodes)
        {
            SchemaField? field = null;
            MergeRule? member = null;
            if (node.Step.FieldName is { } name)
            {
                var holdsMembers = rule?.Value.Kind is SchemaKind.Object or SchemaKind.Map or SchemaKind.Any;
                member = holdsMembers ? rule!.RuleOf(name, out field) : null;
            }
            else if (node.Step.IsKey && rule?.Value.Kind == SchemaKind.List)
            {
                member = rule.Element;
            }

            var children = node.Children is { IsEmpty: false } below ? WithNamedFields(below, member) : null;
            if (node.IsMember || (field is not null && children is not null))
            {
                result.Add(node.Step);
            }

            if (children is not null)
            {
                result.Attach(node.Step, children);
            }
        }

        return result;
    }

    private static JsonNode? Remove(JsonNode? node, FieldSet fields, MergeRule rule)
    {
        switch (node, rule.Form)
        {
            case (JsonObject { Count: > 0 } map, MergeForm.Struct or MergeForm.Map or MergeForm.Deduced):
                RemoveMembers(map, fields, rule);
                return map.Count > 0 ? map : null;
            case (JsonArray { Count: > 0 } list, MergeForm.Set or MergeForm.KeyedList):
                RemoveItems(list, fields, rule);
                return list.Count > 0 ? list : null;
            case (JsonValue, _):
                return node;
            default:
                return null;
        }
    }

    private static void RemoveMembers(JsonObject map, FieldSet fields, MergeRule rule)
    {
        foreach (ref readonly var node in fields.Nodes)
        {
            if (node.Step.FieldName is not { } name || !map.TryGetPropertyValue(name, out var value))
            {
                continue;
            }

            if (node.IsMember)
            {
                map.Remove(name);
            }
            else if (node.Children is { IsEmpty: false } below && rule.RuleOf(name, out _) is { } member)
            {
                var rest = Remove(value, below, member);
                if (!ReferenceEquals(rest, value))
                {
                    map[name] = rest;
                }
            }
        }
    }

    private static void RemoveItems(JsonArray list, FieldSet fields, MergeRule rule)
    {
        var steps = ListItems.StepsOf(rule, list);
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (fields.IsMember(steps[i]))
            {
                list.RemoveAt(i);
            }
            else if (fields.Below(steps[i]) is { } below)
            {
                var item = list[i];
                var rest = Remove(item, below, rule.Element);
                if (!ReferenceEquals(rest, item))
                {
                    list[i] = rest;
                }
            }
        }
    }
}
