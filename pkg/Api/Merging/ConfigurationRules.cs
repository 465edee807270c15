using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Checks an applied object against its type: known fields, the right kinds of values, items that can be told apart
/// (structured-merge-diff/typed Validate, with its texts).
/// </summary>
public sealed class ConfigurationRules
{
    /// <summary>A hostile body must not make a huge answer.</summary>
    private const int MaxErrors = 100;

    private readonly PathStack _path = new();
    private readonly List<string> _errors = [];

    private ConfigurationRules()
    {
    }

    /// <summary>What is wrong, one line an error; null when nothing is.</summary>
    public static string? Check(JsonObject obj, SchemaType type)
    {
        var rules = new ConfigurationRules();
        rules.Check(SchemaValue.ObjectOf(type).Rule, obj);
        return rules._errors.Count switch
        {
            0 => null,
            1 => rules._errors[0],
            _ => "errors:\n  " + string.Join("\n  ", rules._errors),
        };
    }

    private void Check(MergeRule rule, JsonNode? node)
    {
        if (node is null)
        {
            return;
        }

        switch (rule.Value.Kind)
        {
            case SchemaKind.Any:
                break;
            case SchemaKind.Object or SchemaKind.Map:
                if (node is JsonObject map)
                {
                    CheckMembers(rule, map);
                }
                else
                {
                    Error($"expected map, got &{{{GoValueText.Of(node)}}}");
                }

                break;
            case SchemaKind.List:
                if (node is JsonArray list)
                {
                    CheckItems(rule, list);
                }
                else
                {
                    Error($"expected list, got &{{{GoValueText.Of(node)}}}");
                }

                break;
            default:
                CheckScalar(rule.Value.Kind, node);
                break;
        }
    }

    private void CheckMembers(MergeRule rule, JsonObject map)
    {
        foreach (var (name, value) in map)
        {
            var member = rule.RuleOf(name, out var field);
            _path.Push(MergeRule.StepOf(name, field));
            if (member is not null)
            {
                Check(member, value);
            }
            else if (field is null)
            {
                Error("field not declared in schema");
            }

            _path.Pop();
        }
    }

    private void CheckItems(MergeRule rule, JsonArray list)
    {
        var seen = rule.Form is MergeForm.Set or MergeForm.KeyedList ? new HashSet<PathElement>() : null;
        for (var i = 0; i < list.Count; i++)
        {
            var step = PathElement.OfIndex(i);
            if (seen is not null)
            {
                try
                {
                    step = ListItems.StepOf(rule, list[i]);
                }
                catch (MergeException e)
                {
                    Error($"element {i}: {e.Message}");
                    return;
                }

                if (!seen.Add(step))
                {
                    Error($"duplicate entries for key {step}");
                }
            }

            _path.Push(step);
            Check(rule.Element, list[i]);
            _path.Pop();
        }
    }

    private void CheckScalar(SchemaKind kind, JsonNode node)
    {
        var found = node.GetValueKind();
        switch (kind)
        {
            case SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number:
                if (found != JsonValueKind.Number)
                {
                    Error($"expected numeric (int or float), got {GoValueText.TypeOf(node)}");
                }

                break;
            case SchemaKind.String or SchemaKind.Bytes:
                if (found != JsonValueKind.String)
                {
                    Error($"expected string, got &value.valueUnstructured{{Value:{GoValueText.Literal(node)}}}");
                }

                break;
            case SchemaKind.Boolean:
                if (found is not (JsonValueKind.True or JsonValueKind.False))
                {
                    Error($"expected boolean, got &{{{GoValueText.Of(node)}}}");
                }

                break;
            default:
                if (found is JsonValueKind.Object or JsonValueKind.Array)
                {
                    Error($"expected any scalar, got &{{{GoValueText.Of(node)}}}");
                }

                break;
        }
    }

    private void Error(string text)
    {
        if (_errors.Count < MaxErrors)
        {
            var path = _path.ToString();
            _errors.Add(path.Length == 0 ? text : $"{path}: {text}");
        }
    }
}
