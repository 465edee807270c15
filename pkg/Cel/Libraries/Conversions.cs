using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The functions that make one type of another: <c>int("5")</c>, <c>string(1.5)</c>, <c>timestamp("…")</c>.</summary>
internal static class Conversions
{
    // 2^63 and 2^64: the first doubles beyond long and ulong.
    private const double TwoTo63 = 9223372036854775808.0, TwoTo64 = 18446744073709551616.0;

    public static ImmutableArray<CelFunction> Functions { get; } =
    [
        new("bool", Same("bool_to_bool", CelType.Bool), To("string_to_bool", CelType.String, CelType.Bool, ToBool)),
        new("bytes", Same("bytes_to_bytes", CelType.Bytes),
            To("string_to_bytes", CelType.String, CelType.Bytes, v => CelValue.Of(Encoding.UTF8.GetBytes(v.AsString)))),
        new("double", Same("double_to_double", CelType.Double),
            To("int64_to_double", CelType.Int, CelType.Double, v => CelValue.Of((double)v.AsInt)),
            To("string_to_double", CelType.String, CelType.Double, ToDouble),
            To("uint64_to_double", CelType.Uint, CelType.Double, v => CelValue.Of((double)v.AsUint))),
        new("duration", Same("duration_to_duration", CelType.Duration),
            To("string_to_duration", CelType.String, CelType.Duration, v => DurationText.TryParse(v.AsString, out var ns)
                ? CelValue.OfDuration(ns) : Failed(v, CelType.Duration))),
        new("int", Same("int64_to_int64", CelType.Int),
            To("double_to_int64", CelType.Double, CelType.Int, DoubleToInt),
            To("duration_to_int64", CelType.Duration, CelType.Int, v => CelValue.Of(v.AsDuration)),
            To("string_to_int64", CelType.String, CelType.Int, ToInt),
            To("timestamp_to_int64", CelType.Timestamp, CelType.Int, v => CelValue.Of(v.UnixSeconds)),
            To("uint64_to_int64", CelType.Uint, CelType.Int, v => v.AsUint > long.MaxValue
                ? CelValue.Of(CelError.IntegerOverflow) : CelValue.Of((long)v.AsUint))),
        new("string", Same("string_to_string", CelType.String),
            To("bool_to_string", CelType.Bool, CelType.String, ToText),
            To("bytes_to_string", CelType.Bytes, CelType.String, BytesToString),
            To("double_to_string", CelType.Double, CelType.String, ToText),
            To("duration_to_string", CelType.Duration, CelType.String, ToText),
            To("int64_to_string", CelType.Int, CelType.String, ToText),
            To("timestamp_to_string", CelType.Timestamp, CelType.String, ToText),
            To("uint64_to_string", CelType.Uint, CelType.String, ToText)),
        new("timestamp", Same("timestamp_to_timestamp", CelType.Timestamp),
            To("int64_to_timestamp", CelType.Int, CelType.Timestamp, IntToTimestamp),
            To("string_to_timestamp", CelType.String, CelType.Timestamp, v => TimestampText.Parse(v.AsString))),
        new("uint", Same("uint64_to_uint64", CelType.Uint),
            To("double_to_uint64", CelType.Double, CelType.Uint, DoubleToUint),
            To("int64_to_uint64", CelType.Int, CelType.Uint, v => v.AsInt < 0
                ? CelValue.Of(CelError.UnsignedIntegerOverflow) : CelValue.Of((ulong)v.AsInt)),
            To("string_to_uint64", CelType.String, CelType.Uint, ToUint)),
    ];

    private static CelOverload Same(string id, CelType type) =>
        CelOverload.Global(id, [type], type, static arguments => arguments[0]);

    private static CelOverload To(string id, CelType from, CelType to, Func<CelValue, CelValue> convert) =>
        CelOverload.Global(id, [from], to, arguments => convert(arguments[0]));

    private static CelValue Failed(CelValue value, CelType to) =>
        CelValue.Error($"type conversion error from '{value.Type.Name}' to '{to.Name}'");

    private static CelValue ToText(CelValue value) => CelValue.Of(CelValueText.Plain(value));

    private static CelValue ToBool(CelValue value) => value.AsString switch
    {
        "1" or "t" or "T" or "TRUE" or "true" or "True" => CelValue.True,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => CelValue.False,
        _ => Failed(value, CelType.Bool),
    };

    // .NET passes over zero characters behind a number, which are none of it.
    private static CelValue ToInt(CelValue value) =>
        value.AsString is [.., not '\0'] text
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number) : Failed(value, CelType.Int);

    private static CelValue ToUint(CelValue value) =>
        value.AsString is [.., not '\0'] text
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number) : Failed(value, CelType.Uint);

    private static CelValue ToDouble(CelValue value)
    {
        const NumberStyles style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var text = value.AsString;
        var isNegative = text.StartsWith('-');
        var name = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        if (name.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            return name.Length == text.Length ? CelValue.Of(double.NaN) : Failed(value, CelType.Double);
        }

        if (name.Equals("inf", StringComparison.OrdinalIgnoreCase)
            || name.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            return CelValue.Of(isNegative ? double.NegativeInfinity : double.PositiveInfinity);
        }

        return text.Length > 0 && text[^1] is (>= '0' and <= '9') or '.'
            && double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? CelValue.Of(number)
                : Failed(value, CelType.Double);
    }

    private static CelValue DoubleToInt(CelValue value) =>
        double.IsNaN(value.AsDouble) || value.AsDouble <= -TwoTo63 || value.AsDouble >= TwoTo63
            ? CelValue.Of(CelError.IntegerOverflow)
            : CelValue.Of((long)value.AsDouble);

    private static CelValue DoubleToUint(CelValue value) =>
        double.IsNaN(value.AsDouble) || value.AsDouble < 0 || value.AsDouble >= TwoTo64
            ? CelValue.Of(CelError.UnsignedIntegerOverflow)
            : CelValue.Of((ulong)value.AsDouble);

    private static CelValue IntToTimestamp(CelValue value) =>
        value.AsInt is < CelValue.MinUnixSeconds or > CelValue.MaxUnixSeconds
            ? CelValue.Of(CelError.TimestampOverflow)
            : CelValue.OfTimestamp(value.AsInt, 0);

    private static CelValue BytesToString(CelValue value) => Utf8.IsValid(value.AsBytes)
        ? CelValue.Of(Encoding.UTF8.GetString(value.AsBytes))
        : CelValue.Error("invalid UTF-8 in bytes, cannot convert to string");
}
