using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>How values are ordered: within a kind, and numbers by what they stand for, whatever their types.</summary>
public static class CelOrder
{
    // What CompareNumbers answers when one of the numbers is NaN.
    internal const int Unordered = int.MinValue;

    /// <summary>-1, 0 or 1 in <paramref name="result"/>; false with upstream's error where there is no order.</summary>
    public static bool TryCompare(in CelValue left, in CelValue right, out int result, out CelError? error)
    {
        (result, error) = (0, CelError.NoSuchOverload);
        if (CelEquality.IsNumber(left.Kind) && CelEquality.IsNumber(right.Kind))
        {
            result = CompareNumbers(left, right);
            error = result == Unordered ? CelError.NaNOrder : null;
        }
        else if (left.Kind == right.Kind)
        {
            error = null;
            switch (left.Kind)
            {
                case CelKind.Bool or CelKind.Duration:
                    result = left.AsInt.CompareTo(right.AsInt);
                    break;
                case CelKind.String:
                    result = CompareStrings(left.AsString, right.AsString);
                    break;
                case CelKind.Bytes:
                    result = Math.Sign(left.AsBytes.AsSpan().SequenceCompareTo(right.AsBytes));
                    break;
                case CelKind.Timestamp:
                    result = left.UnixSeconds.CompareTo(right.UnixSeconds);
                    result = result == 0 ? left.Nanoseconds.CompareTo(right.Nanoseconds) : result;
                    break;
                default:
                    error = CelError.NoSuchOverload;
                    break;
            }
        }

        return error is null;
    }

    /// <summary>-1, 0 or 1; <see cref="Unordered"/> with NaN.</summary>
    internal static int CompareNumbers(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => left.AsInt.CompareTo(right.AsInt),
        (CelKind.Uint, CelKind.Uint) => left.AsUint.CompareTo(right.AsUint),
        (CelKind.Double, CelKind.Double) => Doubles(left.AsDouble, right.AsDouble),
        (CelKind.Int, CelKind.Uint) => IntWithUint(left.AsInt, right.AsUint),
        (CelKind.Uint, CelKind.Int) => -IntWithUint(right.AsInt, left.AsUint),
        (CelKind.Double, CelKind.Int) => DoubleWithInt(left.AsDouble, right.AsInt),
        (CelKind.Int, CelKind.Double) => Reversed(DoubleWithInt(right.AsDouble, left.AsInt)),
        (CelKind.Double, CelKind.Uint) => DoubleWithUint(left.AsDouble, right.AsUint),
        _ => Reversed(DoubleWithUint(right.AsDouble, left.AsUint)),
    };

    /// <summary>The order of the strings' UTF-8 bytes, which is the order of their code points and not of UTF-16 units.</summary>
    internal static int CompareStrings(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (a, b) = (left[same], right[same]);
        var surrogates = (char.IsSurrogate(a) ? 1 : 0) - (char.IsSurrogate(b) ? 1 : 0);
        return surrogates != 0 && Math.Min(a, b) >= 0xD800 ? surrogates : a.CompareTo(b);
    }

    private static int Reversed(int order) => order == Unordered ? order : -order;

    private static int Doubles(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? Unordered : left < right ? -1 : left > right ? 1 : 0;

    private static int IntWithUint(long left, ulong right) => left < 0 ? -1 : ((ulong)left).CompareTo(right);

    // Upstream compares within the other type's range as doubles; so 2^53 + 1 equals 2^53 here too.
    private static int DoubleWithInt(double left, long right) =>
        double.IsNaN(left) ? Unordered
        : left < long.MinValue ? -1
        : left > long.MaxValue ? 1
        : Doubles(left, right);

    private static int DoubleWithUint(double left, ulong right) =>
        double.IsNaN(left) ? Unordered
        : left < 0 ? -1
        : left > ulong.MaxValue ? 1
        : Doubles(left, right);
}
