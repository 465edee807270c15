using System.Globalization;
using System.Text.Json;
using Kube1.Api.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kube1.Api.Schema;

/// <summary>
/// What plain YAML scalars mean, as in go-yaml v2: YAML 1.1 booleans and numbers, 0o and 0b included.
/// </summary>
internal static class YamlScalar
{
    private const string Tag = "tag:yaml.org,2002:";

    public static void Write(Utf8JsonWriter writer, Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific ? "" : scalar.Tag.Value;
        if (tag is Tag + "str" or Tag + "binary" || (tag.Length == 0 && scalar.Style != ScalarStyle.Plain))
        {
            writer.WriteStringValue(tag == Tag + "binary" ? DecodeBinary(scalar) : scalar.Value);
            return;
        }

        var text = scalar.Value;
        if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            writer.WriteNullValue();
        }
        else if (TryReadBoolean(text, out var flag))
        {
            writer.WriteBooleanValue(flag);
        }
        else if (TryReadInteger(text, out var whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (TryReadFloat(text, out var number))
        {
            WriteFloat(writer, scalar, number);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    /// <summary>The JSON name of a key: numbers and booleans become their text.</summary>
    public static string KeyText(Scalar key)
    {
        if (key.Style != ScalarStyle.Plain || !key.Tag.IsEmpty)
        {
            return key.Value;
        }

        if (TryReadBoolean(key.Value, out var flag))
        {
            return flag ? "true" : "false";
        }

        return TryReadInteger(key.Value, out var whole) ? whole.ToString(CultureInfo.InvariantCulture) : key.Value;
    }

    /// <summary>A key as Go prints it in messages: texts in quotes, numbers and booleans as they are.</summary>
    public static string GoKeyText(Scalar key)
    {
        var isValue = key.Style == ScalarStyle.Plain && key.Tag.IsEmpty
            && (TryReadBoolean(key.Value, out _) || TryReadInteger(key.Value, out _));
        return isValue ? KeyText(key) : GoText.Quote(key.Value);
    }

    private static string DecodeBinary(Scalar scalar)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(scalar.Value));
        }
        catch (FormatException)
        {
            throw new YamlException(scalar.Start, scalar.End, "!!binary value contains invalid base64 data");
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, Scalar scalar, double number)
    {
        if (!double.IsFinite(number))
        {
            throw new YamlException(scalar.Start, scalar.End, $"json: unsupported value: {scalar.Value}");
        }

        // A float without fraction is a whole number in JSON: 1.0 is 1, which integer fields take.
        if (Math.Abs(number) < 1e15 && Math.Truncate(number) == number)
        {
            writer.WriteNumberValue((long)number);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }

    private static bool TryReadBoolean(string text, out bool flag)
    {
        flag = text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y";
        return flag
            || text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N";
    }

    private static bool TryReadInteger(string text, out long whole)
    {
        whole = 0;
        if (text.Length == 0 || (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-')))
        {
            return false;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var negative = plain.StartsWith('-');
        var digits = plain.AsSpan(plain.Length > 0 && plain[0] is '+' or '-' ? 1 : 0);
        if (digits.Length == 0 || !char.IsAsciiDigit(digits[0]))
        {
            return false;
        }

        var (radix, skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        if (!TryReadDigits(digits[skip..], radix, out whole))
        {
            return false;
        }

        whole = negative ? -whole : whole;
        return true;
    }

    private static bool TryReadDigits(ReadOnlySpan<char> digits, int radix, out long value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            var number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 99;
            if (number >= radix || value > (long.MaxValue - number) / radix)
            {
                return false;
            }

            value = (value * radix) + number;
        }

        return digits.Length > 0;
    }

    private static bool TryReadFloat(string text, out double number)
    {
        switch (text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                number = double.PositiveInfinity;
                return true;
            case "-.inf" or "-.Inf" or "-.INF":
                number = double.NegativeInfinity;
                return true;
            case ".nan" or ".NaN" or ".NAN":
                number = double.NaN;
                return true;
            default:
                number = 0;
                var first = text[0] is '+' or '-' ? 1 : 0;
                return text.Length > first && (char.IsAsciiDigit(text[first]) || text[first] == '.')
                    && text.AsSpan().ContainsAnyInRange('0', '9')
                    && double.TryParse(
                        text.Replace("_", "", StringComparison.Ordinal),
                        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                        CultureInfo.InvariantCulture, out number);
        }
    }
}
