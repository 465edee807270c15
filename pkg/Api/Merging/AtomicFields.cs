using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Finds the lists, maps and objects of an applied object that are one value each. Who lays such a value over another
/// removes what it does not repeat.
/// </summary>
public sealed class AtomicFields
{
    /// <summary>A hostile object must not make a huge answer.</summary>
    private const int MaxPaths = 100;

    private readonly PathStack _path = new();
    private readonly List<string> _found = [];

    private AtomicFields()
    {
    }

    /// <summary>Their paths, ".spec.selector", in the order of the object.</summary>
    public static IReadOnlyList<string> Of(JsonObject obj, SchemaType type)
    {
        var fields = new AtomicFields();
        fields.Visit(SchemaValue.ObjectOf(type).Rule, obj);
        return fields._found;
    }

    private void Visit(MergeRule rule, JsonNode? node)
    {
        // Without a schema, lists are one value and objects are not.
        if (node is JsonObject or JsonArray
            && (rule.Form == MergeForm.Atomic || (rule.Form == MergeForm.Deduced && node is JsonArray)))
        {
            Report();
        }

        switch (node)
        {
            case JsonObject members when rule.Value.Kind == SchemaKind.Object:
                VisitFields(rule, members);
                break;
            case JsonArray items when rule.Value.Kind == SchemaKind.List:
                for (var i = 0; i < items.Count; i++)
                {
                    _path.Push(PathElement.OfIndex(i));
                    Visit(rule.Element, items[i]);
                    _path.Pop();
                }

                break;
        }
    }

    private void VisitFields(MergeRule rule, JsonObject members)
    {
        foreach (var (name, value) in members)
        {
            var member = rule.RuleOf(name, out var field);
            if (field is null)
            {
                continue;
            }

            _path.Push(MergeRule.StepOf(name, field));
            if (member is not null)
            {
                Visit(member, value);
            }
            else if (value is JsonArray)
            {
                // metadata.managedFields, which has no rule of its own.
                Report();
            }

            _path.Pop();
        }
    }

    private void Report()
    {
        if (_found.Count < MaxPaths)
        {
            _found.Add(_path.ToString());
        }
    }
}
