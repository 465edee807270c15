using Kube1.Cel.Evaluation;
using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// When values are equal: numbers by what they stand for, whatever their types; all else only within a kind; nothing is
/// equal to NaN. Values of different kinds are unequal, never an error. Source: cel-spec, langdef.md, "Equality".
/// </summary>
public static class CelEquality
{
    // Of texts, so many are compared in the time of one value.
    private const int CharactersPerStep = 64;

    /// <summary>For dictionaries: equal numbers of different types have one hash.</summary>
    public static IEqualityComparer<CelValue> Comparer { get; } = new ByValue();

    public static bool AreEqual(in CelValue left, in CelValue right)
    {
        if (left.Kind != right.Kind)
        {
            return IsNumber(left.Kind) && IsNumber(right.Kind) && CelOrder.CompareNumbers(left, right) == 0;
        }

        return left.Kind switch
        {
            CelKind.Null => true,
            CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Duration => left.AsInt == right.AsInt,
            CelKind.Double => left.AsDouble == right.AsDouble,
            CelKind.String => SameText(left.AsString, right.AsString),
            CelKind.Bytes => left.AsBytes.AsSpan().SequenceEqual(right.AsBytes),
            CelKind.Timestamp => left.UnixSeconds == right.UnixSeconds && left.Nanoseconds == right.Nanoseconds,
            CelKind.List => Walked(left.AsList.Count) && left.AsList.EqualTo(right.AsList),
            CelKind.Map => Walked(left.AsMap.Count) && left.AsMap.EqualTo(right.AsMap),
            CelKind.Type => left.AsType.Name == right.AsType.Name,
            CelKind.Optional => Walked(1) && left.HasValue == right.HasValue
                && (!left.HasValue || AreEqual(left.Inner, right.Inner)),
            CelKind.Object or CelKind.Opaque => Walked(1) && left.AsObject.EqualTo(right.AsObject),
            _ => false,
        };
    }

    public static int Hash(in CelValue value) => value.Kind switch
    {
        CelKind.Int => ((double)value.AsInt).GetHashCode(),
        CelKind.Uint => ((double)value.AsUint).GetHashCode(),
        CelKind.Double => value.AsDouble.GetHashCode(),
        CelKind.String => value.AsString.GetHashCode(StringComparison.Ordinal),
        CelKind.Timestamp => HashCode.Combine(value.UnixSeconds, value.Nanoseconds),
        CelKind.Type => value.AsType.Name.GetHashCode(StringComparison.Ordinal),
        CelKind.List => value.AsList.Count,
        CelKind.Map => value.AsMap.Count,
        CelKind.Bytes => value.AsBytes.Length,
        CelKind.Object or CelKind.Opaque => value.AsObject.GetValueHash(),
        CelKind.Optional => value.HasValue ? Hash(value.Inner) : 0,
        _ => value.AsInt.GetHashCode(),
    };

    private static bool SameText(string left, string right)
    {
        if (left.Length != right.Length || ReferenceEquals(left, right))
        {
            return left.Length == right.Length;
        }

        WalkLimit.Step(left.Length / CharactersPerStep);
        return left == right;
    }

    private static bool Walked(int members)
    {
        WalkLimit.Step(1 + members);
        return true;
    }

    internal static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    private sealed class ByValue : IEqualityComparer<CelValue>
    {
        public bool Equals(CelValue x, CelValue y) => AreEqual(x, y);

        public int GetHashCode(CelValue obj) => Hash(obj);
    }
}
