using Kube1.Cel.Costs;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>A list literal.</summary>
internal sealed class ListNode(Node[] elements, bool[]? optionals) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var items = new CelValue[elements.Length];
        var count = 0;
        var result = default(CelValue);
        for (var i = 0; i < elements.Length; i++)
        {
            var value = elements[i].Evaluate(frame);
            if (!value.IsError && optionals is not null && optionals[i])
            {
                if (value.Kind == CelKind.Optional && !value.HasValue)
                {
                    continue;
                }

                value = value.Kind == CelKind.Optional
                    ? value.Inner
                    : CelValue.Error($"cannot initialize optional list element from non-optional value {value}");
            }

            if (value.IsError)
            {
                result = value;
                break;
            }

            items[count++] = value;
        }

        frame.Charge(CelCosts.CreateList);
        return result.IsSet ? result : CelValue.Of(new CelArray(items, count));
    }
}

/// <summary>A map literal; of equal keys the last one counts.</summary>
internal sealed class MapNode((Node Key, Node Value, bool IsOptional)[] entries) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var map = new CelDictionary(entries.Length);
        var error = default(CelValue);
        foreach (var entry in entries)
        {
            var key = entry.Key.Evaluate(frame);
            error = key.IsError ? key : Add(map, key, entry.Value.Evaluate(frame), entry.IsOptional);
            if (error.IsSet)
            {
                break;
            }
        }

        frame.Charge(CelCosts.CreateMap);
        return error.IsSet ? error : CelValue.Of(map);
    }

    private static CelValue Add(CelDictionary map, in CelValue key, CelValue value, bool isOptional)
    {
        if (isOptional && !value.IsError)
        {
            if (value.Kind != CelKind.Optional)
            {
                return CelValue.Error($"cannot initialize optional entry '{key}' from non-optional value {value}");
            }

            if (!value.HasValue)
            {
                map.Remove(key);
                return default;
            }

            value = value.Inner;
        }

        if (value.IsError)
        {
            return value;
        }

        map.Set(key, value);
        return default;
    }
}

/// <summary>An object literal, which the type provider makes.</summary>
internal sealed class ObjectNode(
    CelTypeProvider provider, string typeName, (string Name, Node Value, bool IsOptional)[] fields) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var values = new List<KeyValuePair<string, CelValue>>(fields.Length);
        var error = default(CelValue);
        foreach (var field in fields)
        {
            var value = field.Value.Evaluate(frame);
            if (field.IsOptional && !value.IsError)
            {
                if (value.Kind == CelKind.Optional && !value.HasValue)
                {
                    continue;
                }

                value = value.Kind == CelKind.Optional
                    ? value.Inner
                    : CelValue.Error($"cannot initialize optional entry '{field.Name}' from non-optional value {value}");
            }

            if (value.IsError)
            {
                error = value;
                break;
            }

            values.Add(new(field.Name, value));
        }

        var result = error.IsSet ? error : provider.NewObject(typeName, values);
        frame.Charge(CelCosts.CreateObject);
        return result;
    }
}
