using System.Runtime.CompilerServices;
using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// A value of the Common Expression Language in three words: its kind, 64 bits for numbers and times, and a reference
/// for the rest, so that scalars allocate nothing. <c>default</c> is no value (kind <see cref="CelKind.Dyn"/>) and
/// appears nowhere but as the unset result of a failed look-up.
/// </summary>
/// <remarks>
/// Accessors do not check the kind: functions are called only with arguments of the kinds that their overload declares.
/// An error is a value too (<see cref="IsError"/>). There are no "unknown" values: Kubernetes never evaluates partially.
/// </remarks>
public readonly struct CelValue
{
    public static readonly CelValue Null = new(CelKind.Null, 0, 0, null);
    public static readonly CelValue True = new(CelKind.Bool, 0, 1, null);
    public static readonly CelValue False = new(CelKind.Bool, 0, 0, null);

    /// <summary><c>optional.none()</c>.</summary>
    public static readonly CelValue None = new(CelKind.Optional, 0, 0, null);

    /// <summary>Seconds from the epoch to 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of timestamps.</summary>
    public const long MinUnixSeconds = -62135596800, MaxUnixSeconds = 253402300799;

    private readonly object? reference;
    private readonly long bits;
    private readonly int nanoseconds;
    private readonly short offsetMinutes;
    private readonly CelKind kind;

    private CelValue(CelKind kind, int nanoseconds, long bits, object? reference, short offsetMinutes = 0)
    {
        this.offsetMinutes = offsetMinutes;
        this.kind = kind;
        this.nanoseconds = nanoseconds;
        this.bits = bits;
        this.reference = reference;
    }

    public CelKind Kind => kind;

    /// <summary>False for <c>default</c>.</summary>
    public bool IsSet => kind != CelKind.Dyn;

    public bool IsError => kind == CelKind.Error;

    public bool IsTrue => kind == CelKind.Bool && bits != 0;

    public bool IsFalse => kind == CelKind.Bool && bits == 0;

    public bool AsBool => bits != 0;

    public long AsInt => bits;

    public ulong AsUint => (ulong)bits;

    public double AsDouble => BitConverter.Int64BitsToDouble(bits);

    public string AsString => Unsafe.As<string>(reference!);

    public byte[] AsBytes => Unsafe.As<byte[]>(reference!);

    public CelList AsList => Unsafe.As<CelList>(reference!);

    public CelMap AsMap => Unsafe.As<CelMap>(reference!);

    /// <summary>Of a value of kind <see cref="CelKind.Object"/> or <see cref="CelKind.Opaque"/>.</summary>
    public CelObject AsObject => Unsafe.As<CelObject>(reference!);

    /// <summary>The type that a value of kind <see cref="CelKind.Type"/> is.</summary>
    public CelType AsType => Unsafe.As<CelType>(reference!);

    public CelError AsError => Unsafe.As<CelError>(reference!);

    /// <summary>A duration in nanoseconds.</summary>
    public long AsDuration => bits;

    /// <summary>A timestamp's whole seconds since the epoch; <see cref="Nanoseconds"/> adds to them.</summary>
    public long UnixSeconds => bits;

    /// <summary>0 to 999999999: the part of a timestamp below the second.</summary>
    public int Nanoseconds => nanoseconds;

    /// <summary>How far east of UTC a timestamp was written; matters only for its text.</summary>
    public short OffsetMinutes => offsetMinutes;

    /// <summary>Whether an optional holds a value.</summary>
    public bool HasValue => reference is not null;

    /// <summary>What an optional holds; an error for <c>optional.none()</c>.</summary>
    public CelValue Inner => reference is Boxed boxed ? boxed.Value : Error("optional.none() dereference");

    /// <summary>The value's type at run time; lists, maps and optionals have parameters of type dyn.</summary>
    public CelType Type => kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.Timestamp => CelType.Timestamp,
        CelKind.Duration => CelType.Duration,
        CelKind.List => CelType.DynList,
        CelKind.Map => AsMap.Type,
        CelKind.Type => CelType.AnyType,
        CelKind.Optional => CelType.DynOptional,
        CelKind.Object or CelKind.Opaque => AsObject.Type,
        _ => CelType.Error,
    };

    public static CelValue Of(bool value) => value ? True : False;

    public static CelValue Of(long value) => new(CelKind.Int, 0, value, null);

    public static CelValue Of(ulong value) => new(CelKind.Uint, 0, (long)value, null);

    public static CelValue Of(double value) => new(CelKind.Double, 0, BitConverter.DoubleToInt64Bits(value), null);

    public static CelValue Of(string value) => new(CelKind.String, 0, 0, value);

    /// <summary>The array is the value's own from now on.</summary>
    public static CelValue Of(byte[] value) => new(CelKind.Bytes, 0, 0, value);

    public static CelValue Of(CelList value) => new(CelKind.List, 0, 0, value);

    public static CelValue Of(CelMap value) => new(CelKind.Map, 0, 0, value);

    public static CelValue Of(CelType value) => new(CelKind.Type, 0, 0, value);

    public static CelValue Of(CelError value) => new(CelKind.Error, 0, 0, value);

    /// <summary>A value of a named type; of the kind that its type has.</summary>
    public static CelValue Of(CelObject value) => new(value.Type.Kind, 0, 0, value);

    public static CelValue OfDuration(long nanoseconds) => new(CelKind.Duration, 0, nanoseconds, null);

    /// <summary>A timestamp in the range of <see cref="MinUnixSeconds"/> to <see cref="MaxUnixSeconds"/>.</summary>
    public static CelValue OfTimestamp(long unixSeconds, int nanoseconds, short offsetMinutes = 0) =>
        new(CelKind.Timestamp, nanoseconds, unixSeconds, null, offsetMinutes);

    public static CelValue OptionalOf(in CelValue value) => new(CelKind.Optional, 0, 0, new Boxed(value));

    public static CelValue Error(string message) => Of(new CelError(message));

    /// <summary>As upstream's messages print it; see <see cref="CelValueText"/>.</summary>
    public override string ToString() => CelValueText.Plain(this);

    private sealed class Boxed(CelValue value)
    {
        public readonly CelValue Value = value;
    }
}
