using Kube1.Cel.Costs;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>One step of a path: a field, an index, or the test whether a field is there.</summary>
/// <param name="constant">The field's name or the index, if it is known.</param>
/// <param name="index">Computes the index, if it is not.</param>
/// <param name="isOptional">Whether what is not there is no error.</param>
/// <param name="isTest">Whether only its presence is asked for.</param>
internal sealed class Qualifier(CelValue constant, AttributeNode? index, bool isOptional, bool isTest)
{
    public bool IsOptional => isOptional;

    public bool IsTest => isTest;

    /// <summary>
    /// The value at this step, a bool for a test, or an error. In a path that may end early, <c>default</c> when nothing
    /// is there, which then costs nothing.
    /// </summary>
    public CelValue Apply(Frame frame, in CelValue value, bool mayBeAbsent)
    {
        var key = index is null ? constant : index.Resolve(frame);
        var result = key.IsError ? key : isTest ? Test(value, key) : Find(value, key, mayBeAbsent);
        if (mayBeAbsent)
        {
            if (isTest && result.IsFalse)
            {
                return default;
            }

            if (!result.IsSet || result.IsError)
            {
                return result;
            }
        }

        frame.Charge(CelCosts.SelectAndIdentifier);
        return result;
    }

    private static CelValue Test(in CelValue value, in CelValue key) => value.Kind switch
    {
        CelKind.Map => CelValue.Of(value.AsMap.Has(key)),
        CelKind.Object or CelKind.Opaque => CelValue.Of(value.AsObject.HasField(key.AsString)),
        CelKind.List => ListIndex(value.AsList, key, out _) is { IsSet: true } error ? error : CelValue.False,
        CelKind.Error => value,
        _ => CelValue.False,
    };

    private static CelValue Find(in CelValue value, in CelValue key, bool mayBeAbsent)
    {
        CelValue found;
        switch (value.Kind)
        {
            case CelKind.Map when value.AsMap.TryGet(key, out found):
                return found;
            case CelKind.List:
                var error = ListIndex(value.AsList, key, out var at);
                return error.IsSet ? error
                    : at >= 0 ? value.AsList[at]
                    : mayBeAbsent ? default
                    : CelValue.Error($"index out of bounds: {key}");
            case CelKind.Object or CelKind.Opaque
                when key.Kind == CelKind.String && value.AsObject.TryGetField(key.AsString, out found):
                return found;
            case CelKind.Error:
                return value;
        }

        return !IsKey(key.Kind) ? CelValue.Error($"invalid qualifier type: {key.Type.Name}")
            : mayBeAbsent ? default
            : CelValue.Error($"no such key: {key}");
    }

    private static bool IsKey(CelKind kind) => kind is CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool
        or CelKind.Double;

    // The index in the list, -1 outside of it; set only for an error.
    private static CelValue ListIndex(CelList list, in CelValue key, out int index)
    {
        index = -1;
        long? whole = key.Kind switch
        {
            CelKind.Int => key.AsInt,
            CelKind.Uint when key.AsUint <= long.MaxValue => (long)key.AsUint,
            CelKind.Double when Math.Abs(key.AsDouble) < long.MaxValue && Math.Truncate(key.AsDouble) == key.AsDouble =>
                (long)key.AsDouble,
            _ => null,
        };
        if (whole is null)
        {
            return key.Kind is CelKind.Uint or CelKind.Double
                ? CelValue.Error($"unsupported index value {key} in list")
                : CelValue.Error($"unsupported index type '{key.Type.Name}' in list");
        }

        if (whole >= 0 && whole < list.Count)
        {
            index = (int)whole;
        }

        return default;
    }
}
