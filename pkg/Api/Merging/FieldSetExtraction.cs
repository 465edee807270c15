using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>Which fields an object has.</summary>
public static class FieldSetExtraction
{
    /// <summary>
    /// The fields that an applied object lays claim to: its leaves, the items of its lists and the entries of its maps
    /// (structured-merge-diff/typed ToFieldSet). Throws <see cref="MergeException"/> for items that cannot be told
    /// apart.
    /// </summary>
    public static FieldSet Of(JsonObject obj, SchemaType type)
    {
        var set = new FieldSet();
        AddMembers(set, SchemaValue.ObjectOf(type).Rule, obj);
        return set;
    }

    /// <summary>
    /// Adds a value that is new as a whole: it, all objects and items in it, and the fields that are always present.
    /// </summary>
    internal static void AddWhole(FieldSet parent, PathElement step, MergeRule rule, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map when rule.Form is MergeForm.Struct or MergeForm.Map or MergeForm.Deduced:
                if (map.Count + rule.AlwaysPresent.Length > 0)
                {
                    AddWholeMembers(parent.Descend(step), rule, map);
                }

                break;
            case JsonArray { Count: > 0 } list when rule.Form is MergeForm.Set or MergeForm.KeyedList:
                AddWholeItems(parent.Descend(step), rule, list);
                break;
            default:
                break;
        }

        parent.Add(step);
    }

    private static void AddWholeMembers(FieldSet members, MergeRule rule, JsonObject map)
    {
        foreach (var (name, value) in map)
        {
            if (rule.RuleOf(name, out var field) is { } member)
            {
                AddWhole(members, MergeRule.StepOf(name, field), member, value);
            }
        }

        foreach (var field in rule.AlwaysPresent)
        {
            if (!map.ContainsKey(field.JsonName))
            {
                AddWhole(members, field.Element, field.Rule, ListItems.ZeroOf(field.Value));
            }
        }
    }

    private static void AddWholeItems(FieldSet items, MergeRule rule, JsonArray list)
    {
        var steps = ListItems.StepsOf(rule, list);
        if (ListItems.AreFewAndDistinct(steps))
        {
            for (var i = 0; i < steps.Length; i++)
            {
                AddWhole(items, steps[i], rule.Element, list[i]);
            }

            return;
        }

        var index = new ListIndex(list, steps);
        foreach (var step in index.Steps)
        {
            if (index.Of(step) is [var only])
            {
                AddWhole(items, step, rule.Element, only);
            }
            else
            {
                items.Add(step);
            }
        }
    }

    private static void AddMembers(FieldSet set, MergeRule rule, JsonObject map)
    {
        foreach (var (name, value) in map)
        {
            if (rule.RuleOf(name, out var field) is not { } member)
            {
                continue;
            }

            var step = MergeRule.StepOf(name, field);
            Add(set, step, member, value);
            if (value is null or JsonObject { Count: 0 } || field is null)
            {
                set.Add(step);
            }
        }
    }

    private static void Add(FieldSet set, PathElement step, MergeRule rule, JsonNode? value)
    {
        switch (value, rule.Form)
        {
            case (JsonObject map, MergeForm.Struct or MergeForm.Map or MergeForm.Deduced):
                if (map.Count > 0)
                {
                    AddMembers(set.Descend(step), rule, map);
                }

                break;
            case (JsonArray list, MergeForm.Set or MergeForm.KeyedList):
                AddItems(set, step, rule, list);
                break;
            case (null, MergeForm.Struct or MergeForm.Map or MergeForm.Set or MergeForm.KeyedList):
                break;
            default:
                set.Add(step);
                break;
        }
    }

    private static void AddItems(FieldSet set, PathElement step, MergeRule rule, JsonArray list)
    {
        var index = new ListIndex(list, ListItems.StepsOf(rule, list));
        foreach (var item in index.Steps)
        {
            var items = set.Descend(step);
            if (index.Of(item) is [var only])
            {
                Add(items, item, rule.Element, only);
            }

            items.Add(item);
        }
    }
}
