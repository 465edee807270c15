using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The operators on numbers, strings, lists and times. What overflows is an error.</summary>
internal static class Arithmetic
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static CelValue Add(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var left = ref arguments[0];
        ref readonly var right = ref arguments[1];
        switch ((left.Kind, right.Kind))
        {
            case (CelKind.Int, CelKind.Int):
                return Sum(left.AsInt, right.AsInt) is { } sum ? CelValue.Of(sum) : CelValue.Of(CelError.IntegerOverflow);
            case (CelKind.Uint, CelKind.Uint):
                var unsigned = unchecked(left.AsUint + right.AsUint);
                return unsigned < left.AsUint ? CelValue.Of(CelError.UnsignedIntegerOverflow) : CelValue.Of(unsigned);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble + right.AsDouble);
            case (CelKind.String, CelKind.String):
                return CelValue.Of(string.Concat(left.AsString, right.AsString));
            case (CelKind.Bytes, CelKind.Bytes):
                return CelValue.Of((byte[])[.. left.AsBytes, .. right.AsBytes]);
            case (CelKind.List, CelKind.List):
                return left.AsList.Concat(right.AsList);
            case (CelKind.Duration, CelKind.Duration):
                return Sum(left.AsDuration, right.AsDuration) is { } duration
                    ? CelValue.OfDuration(duration) : CelValue.Of(CelError.IntegerOverflow);
            case (CelKind.Timestamp, CelKind.Duration):
                return Later(left, right.AsDuration);
            case (CelKind.Duration, CelKind.Timestamp):
                return Later(right, left.AsDuration);
        }

        var isAdder = left.Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.String or CelKind.Bytes
            or CelKind.List or CelKind.Duration or CelKind.Timestamp;
        return NoOverload(isAdder, left, "_+_");
    }

    public static CelValue Subtract(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var left = ref arguments[0];
        ref readonly var right = ref arguments[1];
        switch ((left.Kind, right.Kind))
        {
            case (CelKind.Int, CelKind.Int):
                return Difference(left.AsInt, right.AsInt) is { } difference
                    ? CelValue.Of(difference) : CelValue.Of(CelError.IntegerOverflow);
            case (CelKind.Uint, CelKind.Uint):
                return right.AsUint > left.AsUint
                    ? CelValue.Of(CelError.UnsignedIntegerOverflow) : CelValue.Of(left.AsUint - right.AsUint);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble - right.AsDouble);
            case (CelKind.Duration, CelKind.Duration):
                return Difference(left.AsDuration, right.AsDuration) is { } duration
                    ? CelValue.OfDuration(duration) : CelValue.Of(CelError.IntegerOverflow);
            case (CelKind.Timestamp, CelKind.Duration):
                return right.AsDuration == long.MinValue
                    ? CelValue.Of(CelError.IntegerOverflow) : Later(left, -right.AsDuration);
            case (CelKind.Timestamp, CelKind.Timestamp):
                return Between(left, right);
        }

        var isSubtractor = left.Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Duration
            or CelKind.Timestamp;
        return NoOverload(isSubtractor, left, "_-_");
    }

    public static CelValue Multiply(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var left = ref arguments[0];
        ref readonly var right = ref arguments[1];
        switch ((left.Kind, right.Kind))
        {
            case (CelKind.Int, CelKind.Int):
                var high = Math.BigMul(left.AsInt, right.AsInt, out long low);
                return high != low >> 63 ? CelValue.Of(CelError.IntegerOverflow) : CelValue.Of(low);
            case (CelKind.Uint, CelKind.Uint):
                return Math.BigMul(left.AsUint, right.AsUint, out ulong product) != 0
                    ? CelValue.Of(CelError.UnsignedIntegerOverflow) : CelValue.Of(product);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble * right.AsDouble);
        }

        return NoOverload(CelEquality.IsNumber(left.Kind), left, "_*_");
    }

    public static CelValue Divide(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var left = ref arguments[0];
        ref readonly var right = ref arguments[1];
        return (left.Kind, right.Kind) switch
        {
            (CelKind.Int, CelKind.Int) => right.AsInt == 0 ? CelValue.Of(CelError.DivisionByZero)
                : Overflows(left, right) ? CelValue.Of(CelError.IntegerOverflow)
                : CelValue.Of(left.AsInt / right.AsInt),
            (CelKind.Uint, CelKind.Uint) => right.AsUint == 0
                ? CelValue.Of(CelError.DivisionByZero) : CelValue.Of(left.AsUint / right.AsUint),
            (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble / right.AsDouble),
            _ => NoOverload(CelEquality.IsNumber(left.Kind), left, "_/_"),
        };
    }

    public static CelValue Modulo(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var left = ref arguments[0];
        ref readonly var right = ref arguments[1];
        return (left.Kind, right.Kind) switch
        {
            (CelKind.Int, CelKind.Int) => right.AsInt == 0 ? CelValue.Of(CelError.ModulusByZero)
                : Overflows(left, right) ? CelValue.Of(CelError.IntegerOverflow)
                : CelValue.Of(left.AsInt % right.AsInt),
            (CelKind.Uint, CelKind.Uint) => right.AsUint == 0
                ? CelValue.Of(CelError.ModulusByZero) : CelValue.Of(left.AsUint % right.AsUint),
            _ => NoOverload(left.Kind is CelKind.Int or CelKind.Uint, left, "_%_"),
        };
    }

    public static CelValue Negate(ReadOnlySpan<CelValue> arguments)
    {
        ref readonly var value = ref arguments[0];
        return value.Kind switch
        {
            CelKind.Int => value.AsInt == long.MinValue
                ? CelValue.Of(CelError.IntegerOverflow) : CelValue.Of(-value.AsInt),
            CelKind.Double => CelValue.Of(-value.AsDouble),
            CelKind.Duration => value.AsDuration == long.MinValue
                ? CelValue.Of(CelError.IntegerOverflow) : CelValue.OfDuration(-value.AsDuration),
            CelKind.Bool => CelValue.Of(CelError.NoSuchOverload),
            _ => NoOverload(false, value, "-_"),
        };
    }

    public static CelValue Not(ReadOnlySpan<CelValue> arguments) => arguments[0].Kind == CelKind.Bool
        ? CelValue.Of(!arguments[0].AsBool)
        : CelValue.Of(CelError.NoSuchOverload);

    // A left operand that knows the operator complains of the right one, and strings and times of any; another one says
    // that it has no such operator at all.
    internal static CelValue NoOverload(bool leftHasIt, in CelValue left, string function) =>
        leftHasIt || left.Kind is CelKind.String or CelKind.Timestamp or CelKind.Duration
            ? CelValue.Of(CelError.NoSuchOverload)
            : CelValue.Error($"no such overload: {function}");

    private static bool Overflows(in CelValue left, in CelValue right) => left.AsInt == long.MinValue && right.AsInt == -1;

    private static long? Sum(long left, long right)
    {
        var sum = unchecked(left + right);
        return ((left ^ sum) & (right ^ sum)) < 0 ? null : sum;
    }

    private static long? Difference(long left, long right)
    {
        var difference = unchecked(left - right);
        return ((left ^ right) & (left ^ difference)) < 0 ? null : difference;
    }

    private static CelValue Later(in CelValue timestamp, long nanoseconds)
    {
        var rest = timestamp.Nanoseconds + (nanoseconds % NanosecondsPerSecond);
        var seconds = timestamp.UnixSeconds + (nanoseconds / NanosecondsPerSecond)
            + (rest < 0 ? -1 : rest >= NanosecondsPerSecond ? 1 : 0);
        rest += rest < 0 ? NanosecondsPerSecond : rest >= NanosecondsPerSecond ? -NanosecondsPerSecond : 0;
        return seconds is < CelValue.MinUnixSeconds or > CelValue.MaxUnixSeconds
            ? CelValue.Of(CelError.TimestampOverflow)
            : CelValue.OfTimestamp(seconds, (int)rest, timestamp.OffsetMinutes);
    }

    private static CelValue Between(in CelValue later, in CelValue earlier)
    {
        var difference = ((Int128)(later.UnixSeconds - earlier.UnixSeconds) * NanosecondsPerSecond)
            + later.Nanoseconds - earlier.Nanoseconds;
        return difference < long.MinValue || difference > long.MaxValue
            ? CelValue.Of(CelError.IntegerOverflow)
            : CelValue.OfDuration((long)difference);
    }
}
