using System.Globalization;
using System.Text;
using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// Values as text: plain, as upstream's messages show keys and values, and doubles and times as <c>string()</c> gives
/// them.
/// </summary>
public static class CelValueText
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Nested lists in an error message are cut here; a message is for people.
    private const int MaxDepth = 8;
    private const int MaxListChars = 4096;

    // Go's %g goes over to exponents here.
    private const int PositionalDigits = 6;

    /// <summary>A string without quotation marks, numbers in decimal, lists in brackets.</summary>
    public static string Plain(in CelValue value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    /// <summary>A double as Go's <c>%g</c> writes it: 1, 0.1, 1e+06, NaN, +Inf.</summary>
    public static string Double(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        // The shortest digits that read back, laid out anew: "-d.ddde±dd" below 1e-4 and from 1e21 on.
        var (digits, exponent) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= PositionalDigits)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return sign + Positional(digits, exponent);
    }

    /// <summary>A duration in seconds, as <c>string(duration)</c> writes it: 90s, 0.5s.</summary>
    public static string Duration(long nanoseconds)
    {
        // Upstream formats the seconds as a double, so digits beyond a double's are lost there too.
        var seconds = (nanoseconds / NanosecondsPerSecond) + (nanoseconds % NanosecondsPerSecond / 1e9);
        var (digits, exponent) = Digits(seconds.ToString("R", CultureInfo.InvariantCulture));
        return seconds == 0 ? "0s" : $"{(seconds < 0 ? "-" : "")}{Positional(digits, exponent)}s";
    }

    /// <summary>A timestamp as RFC 3339 in the zone in which it was written, with as many digits of a second as it needs.</summary>
    public static string Timestamp(in CelValue value)
    {
        // The first and the last day may lie outside of DateTime's range in another zone; they are shown in UTC.
        var local = value.UnixSeconds + (value.OffsetMinutes * 60L);
        var offset = local is < CelValue.MinUnixSeconds or > CelValue.MaxUnixSeconds ? 0 : value.OffsetMinutes;
        var text = DateTime.UnixEpoch.AddSeconds(offset == 0 ? value.UnixSeconds : local)
            .ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = value.Nanoseconds == 0
            ? ""
            : $".{value.Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0')}";
        var zone = offset == 0 ? "Z" : $"{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}";
        return text + fraction + zone;
    }

    private static void Append(StringBuilder text, in CelValue value, int depth)
    {
        switch (value.Kind)
        {
            case CelKind.List when depth < MaxDepth:
                AppendList(text, value.AsList, depth);
                break;
            case CelKind.Map when depth < MaxDepth:
                AppendMap(text, value.AsMap, depth);
                break;
            case CelKind.Optional when value.HasValue && depth < MaxDepth:
                text.Append("optional(");
                Append(text, value.Inner, depth + 1);
                text.Append(')');
                break;
            default:
                text.Append(Scalar(value));
                break;
        }
    }

    private static string Scalar(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => value.AsBool ? "true" : "false",
        CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture),
        CelKind.Double => Double(value.AsDouble),
        CelKind.String => value.AsString,
        CelKind.Bytes => $"[{string.Join(' ', value.AsBytes)}]",
        CelKind.Timestamp => Timestamp(value),
        CelKind.Duration => Duration(value.AsDuration),
        CelKind.Type => value.AsType.Name,
        CelKind.Optional => value.HasValue ? "optional(…)" : "optional.none()",
        CelKind.Error => value.AsError.Message,
        CelKind.List or CelKind.Map => "…",
        CelKind.Object or CelKind.Opaque => value.AsObject.ToString() ?? "",
        _ => "",
    };

    private static void AppendList(StringBuilder text, CelList list, int depth)
    {
        text.Append('[');
        for (var i = 0; i < list.Count && text.Length < MaxListChars; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Append(text, list[i], depth + 1);
        }

        text.Append(']');
    }

    private static void AppendMap(StringBuilder text, CelMap map, int depth)
    {
        text.Append('{');
        for (var i = 0; i < map.Count && text.Length < MaxListChars; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Append(text, map.KeyAt(i), depth + 1);
            text.Append(": ");
            Append(text, map.ValueAt(i), depth + 1);
        }

        text.Append('}');
    }

    // The significant digits of a number's shortest text, and the power of ten of the first of them.
    private static (string Digits, int Exponent) Digits(string shortest)
    {
        var text = shortest.TrimStart('-');
        var e = text.IndexOf('E');
        var shift = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa.Length : point;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        return digits.Length == 0 ? ("0", 0) : (digits, whole - leading - 1 + shift);
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return $"0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0')
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }
}
