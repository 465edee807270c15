using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Lays an applied object over the live one: its values win, and nothing of the live object goes
/// (structured-merge-diff/typed Merge).
/// </summary>
public static class ConfigurationMerge
{
    /// <summary>The merged object; both stay as they are. The configuration must have passed its rules.</summary>
    public static JsonObject Apply(JsonObject live, JsonObject configuration, SchemaType type)
    {
        var merged = live.DeepClone().AsObject();
        MergeInto(merged, configuration, SchemaValue.ObjectOf(type).Rule);
        return merged;
    }

    private static void MergeInto(JsonObject target, JsonObject configuration, MergeRule rule)
    {
        foreach (var (name, value) in configuration)
        {
            if (rule.RuleOf(name, out _) is not { } member)
            {
                continue;
            }

            if (target.TryGetPropertyValue(name, out var before))
            {
                MergeMember(target, name, before, value, member);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static void MergeMember(JsonObject target, string name, JsonNode? before, JsonNode? value, MergeRule rule)
    {
        switch (rule.Form)
        {
            case MergeForm.Struct or MergeForm.Map when before is JsonObject { Count: > 0 } live:
                // An empty or null map claims the field and takes nothing away.
                if (value is JsonObject wanted)
                {
                    MergeInto(live, wanted, rule);
                }

                break;
            case MergeForm.Deduced when before is JsonObject { Count: > 0 } live && value is null or JsonObject:
                if (value is JsonObject members)
                {
                    MergeInto(live, members, rule);
                }

                break;
            case MergeForm.Set or MergeForm.KeyedList when before is JsonArray { Count: > 0 } live:
                if (value is JsonArray { Count: > 0 } items)
                {
                    target[name] = ListMerge.Merge(live, items, rule, MergeItem);
                }

                break;
            default:
                target[name] = value?.DeepClone();
                break;
        }
    }

    // An item that both have.
    private static JsonNode? MergeItem(JsonNode? live, JsonNode? wanted, MergeRule rule)
    {
        if (rule.Form is MergeForm.Struct or MergeForm.Map or MergeForm.Deduced
            && live is JsonObject before && wanted is JsonObject changes)
        {
            var merged = before.DeepClone().AsObject();
            MergeInto(merged, changes, rule);
            return merged;
        }

        return wanted?.DeepClone();
    }
}
