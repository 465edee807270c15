namespace Kube1.Cel.Values;

/// <summary>
/// A failed evaluation, as a value: functions return it, <c>&amp;&amp;</c> and <c>||</c> may absorb it, everything else passes it on.
/// </summary>
public sealed class CelError(string message)
{
    public static readonly CelError NoSuchOverload = new("no such overload");
    public static readonly CelError DivisionByZero = new("division by zero");
    public static readonly CelError ModulusByZero = new("modulus by zero");
    public static readonly CelError IntegerOverflow = new("integer overflow");
    public static readonly CelError UnsignedIntegerOverflow = new("unsigned integer overflow");
    public static readonly CelError TimestampOverflow = new("timestamp overflow");
    public static readonly CelError NaNOrder = new("NaN values cannot be ordered");

    /// <summary>Upstream's text, without a place in the expression.</summary>
    public string Message { get; } = message;

    public override string ToString() => Message;
}
