using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Which fields differ between two objects of a type (structured-merge-diff/typed Compare). Atomic values differ as a
/// whole; what is new or gone as a whole is listed with all that is in it.
/// </summary>
public sealed class ObjectComparison
{
    private readonly PathStack _path = new();
    private readonly FieldSet _added = new();
    private readonly FieldSet _removed = new();
    private readonly FieldSet _modified = new();

    private ObjectComparison()
    {
        Added = _added;
        Removed = _removed;
        Modified = _modified;
    }

    /// <summary>Fields of the later object alone.</summary>
    public FieldSet Added { get; private init; }

    /// <summary>Fields of the earlier object alone.</summary>
    public FieldSet Removed { get; private init; }

    /// <summary>Fields of both, with different values.</summary>
    public FieldSet Modified { get; private init; }

    /// <summary>Whether nothing differs.</summary>
    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty && Modified.IsEmpty;

    /// <summary>
    /// Compares. An empty earlier object stands for one that is not there yet: of such an object of a built-in type,
    /// the fields that are always present are there. Throws <see cref="MergeException"/> for items that cannot be told
    /// apart.
    /// </summary>
    public static ObjectComparison Of(JsonObject before, JsonObject after, SchemaType type)
    {
        var comparison = new ObjectComparison();
        comparison.CompareMaps(SchemaValue.ObjectOf(type).Rule, before, after);
        return comparison;
    }

    /// <summary>The same, with each of the sets made smaller.</summary>
    public ObjectComparison Filtered(Func<FieldSet, FieldSet> filter) => IsEmpty ? this : new ObjectComparison
    {
        Added = filter(Added),
        Removed = filter(Removed),
        Modified = filter(Modified),
    };

    private void Compare(MergeRule rule, JsonNode? before, JsonNode? after)
    {
        switch (rule.Form)
        {
            case MergeForm.Scalar:
                Leaf(JsonScalars.AreEqual(before, after));
                break;
            case MergeForm.Atomic:
                Leaf(JsonNode.DeepEquals(before, after));
                break;
            case MergeForm.Struct or MergeForm.Map:
                if (ObjectSize(rule, before) == 0 && ObjectSize(rule, after) == 0)
                {
                    Leaf(before is null == after is null);
                    break;
                }

                CompareMaps(rule, before as JsonObject, after as JsonObject);
                break;
            case MergeForm.Set or MergeForm.KeyedList:
                if (before is JsonArray { Count: > 0 } || after is JsonArray { Count: > 0 })
                {
                    CompareLists(rule, before as JsonArray, after as JsonArray);
                    break;
                }

                Leaf(before is null == after is null);
                break;
            default:
                CompareDeduced(rule, before, after);
                break;
        }
    }

    private void CompareDeduced(MergeRule rule, JsonNode? before, JsonNode? after)
    {
        if (before is JsonObject { Count: > 0 } || after is JsonObject { Count: > 0 })
        {
            // Where one of them is no object, it is gone and the other one's members are new, or the other way round.
            if (before is not (null or JsonObject) || after is not (null or JsonObject))
            {
                Leaf(areEqual: false);
            }

            CompareMaps(rule, before as JsonObject, after as JsonObject);
            return;
        }

        Leaf(JsonNode.DeepEquals(before, after));
    }

    private void CompareMaps(MergeRule rule, JsonObject? before, JsonObject? after)
    {
        foreach (var (name, value) in after ?? [])
        {
            // What the schema does not know has no owner either.
            if (rule.RuleOf(name, out var field) is not { } member)
            {
                continue;
            }

            _path.Push(MergeRule.StepOf(name, field));
            if (before is not null && TryGet(before, name, field, rule, out var old))
            {
                Compare(member, old, value);
            }
            else
            {
                OneSided(_added, member, value);
            }

            _path.Pop();
        }

        foreach (var (name, value) in before ?? [])
        {
            if (after?.ContainsKey(name) == true || rule.RuleOf(name, out var field) is not { } member)
            {
                continue;
            }

            _path.Push(MergeRule.StepOf(name, field));
            if (after is not null && IsImplied(field, rule))
            {
                Compare(member, value, ListItems.ZeroOf(member.Value));
            }
            else
            {
                OneSided(_removed, member, value);
            }

            _path.Pop();
        }
    }

    private void CompareLists(MergeRule rule, JsonArray? before, JsonArray? after)
    {
        var (oldSteps, newSteps) = (ListItems.StepsOf(rule, before), ListItems.StepsOf(rule, after));
        if (before is not null && after is not null && InStep(oldSteps, newSteps))
        {
            for (var i = 0; i < oldSteps.Length; i++)
            {
                _path.Push(oldSteps[i]);
                Compare(rule.Element, before[i], after[i]);
                _path.Pop();
            }

            return;
        }

        var old = new ListIndex(before, oldSteps);
        var now = new ListIndex(after, newSteps);
        foreach (var step in old.Steps.Concat(now.Steps.Where(s => !old.Has(s))))
        {
            CompareOccurrences(rule, step, old.Of(step), now.Of(step));
        }
    }

    // An item that stands more than once is compared as one value.
    private void CompareOccurrences(MergeRule rule, PathElement step, List<JsonNode?> before, List<JsonNode?> after)
    {
        _path.Push(step);
        if (before.Count == 1 && after.Count == 1)
        {
            Compare(rule.Element, before[0], after[0]);
        }
        else if (before.Count > 1 && after.Count > 1)
        {
            Leaf(before.Count == after.Count && before.Zip(after).All(p => JsonNode.DeepEquals(p.First, p.Second)));
        }
        else
        {
            // The one item, where one side has just one; the mark of several, where the other has.
            if (after.Count == 1)
            {
                OneSided(_added, rule.Element, after[0]);
            }
            else if (before.Count == 1)
            {
                OneSided(_removed, rule.Element, before[0]);
            }

            if (before.Count > 1 || after.Count > 1)
            {
                (after.Count > 1 ? _added : _removed).Insert(_path.Steps);
            }
        }

        _path.Pop();
    }

    // A value that one of the objects has alone.
    private void OneSided(FieldSet set, MergeRule rule, JsonNode? value)
    {
        foreach (var step in _path.Steps[..^1])
        {
            set = set.Descend(step);
        }

        FieldSetExtraction.AddWhole(set, _path.Steps[^1], rule, value);
    }

    private void Leaf(bool areEqual)
    {
        if (!areEqual)
        {
            _modified.Insert(_path.Steps);
        }
    }

    private static bool TryGet(JsonObject obj, string name, SchemaField? field, MergeRule rule, out JsonNode? value)
    {
        if (obj.TryGetPropertyValue(name, out value))
        {
            return true;
        }

        value = IsImplied(field, rule) ? ListItems.ZeroOf(field!.Value) : null;
        return IsImplied(field, rule);
    }

    private static bool IsImplied(SchemaField? field, MergeRule rule) =>
        field is { IsAlwaysPresent: true } && rule.Form == MergeForm.Struct;

    private static int ObjectSize(MergeRule rule, JsonNode? node) =>
        node is JsonObject map ? map.Count + rule.AlwaysPresent.Length : 0;

    private static bool InStep(PathElement[] left, PathElement[] right)
    {
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (!left[i].Equals(right[i]))
            {
                return false;
            }
        }

        return left.Length == right.Length && ListItems.AreFewAndDistinct(left);
    }
}
