using System.Globalization;

namespace Kube1.Api.Json;

/// <summary>Floats as Go prints them (%v): the shortest digits that read back the same, with an exponent from 1e21 on.</summary>
public static class GoFloat
{
    private const int MinExponent = -4;
    private const int MaxExponent = 21;

    /// <summary>The text of a number: "1.5", "100", "1e+21".</summary>
    public static string ToText(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        var sign = shortest[0] == '-' ? "-" : "";
        var mantissa = shortest.AsSpan(sign.Length);
        var e = mantissa.IndexOf('E');
        var digits = (e < 0 ? mantissa : mantissa[..e]).ToString().Replace(".", "", StringComparison.Ordinal).Trim('0');
        if (digits.Length == 0)
        {
            return sign + "0";
        }

        // The place of the first digit: 0 for ones.
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return sign + exponent switch
        {
            < MinExponent or >= MaxExponent => Scientific(digits, exponent),
            < 0 => "0." + new string('0', -exponent - 1) + digits,
            _ when digits.Length <= exponent + 1 => digits.PadRight(exponent + 1, '0'),
            _ => digits[..(exponent + 1)] + "." + digits[(exponent + 1)..],
        };
    }

    private static string Scientific(string digits, int exponent)
    {
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
