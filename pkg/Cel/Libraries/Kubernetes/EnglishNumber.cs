using System.Globalization;
using System.Text;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Doubles as Go's x/text writes them in American English: 1,234.500000 and 1.052033 × 10⁰³, ∞ and NaN.
/// </summary>
internal static class EnglishNumber
{
    // No double has more digits behind its point, so this many show whether the digits that are cut off are a tie.
    private const int AllDigits = 1074;

    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    public static string Fixed(double value, int precision)
    {
        if (!double.IsFinite(value))
        {
            return Named(value);
        }

        var digits = Digits(value, precision);
        var start = digits[0] == '-' ? 1 : 0;
        var point = digits.IndexOf('.');
        var text = new StringBuilder(digits);
        for (var at = (point < 0 ? digits.Length : point) - 3; at > start; at -= 3)
        {
            text.Insert(at, ',');
        }

        return text.ToString();
    }

    public static string Scientific(double value, int precision)
    {
        if (!double.IsFinite(value))
        {
            return Named(value);
        }

        var text = value.ToString($"E{precision}", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E');
        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var power = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture).Select(digit => Superscripts[digit - '0']);
        return $"{text[..e]}\u202f×\u202f10{(exponent < 0 ? "⁻" : "")}{string.Concat(power)}";
    }

    /// <summary>A finite double with so many digits behind its point; a tie is rounded to the even digit, as Go does.</summary>
    public static string Digits(double value, int precision)
    {
        // Ties are multiples of 2^-(precision+1); .NET would round them away from zero.
        var scaled = Math.ScaleB(value, precision + 1);
        if (precision >= AllDigits || scaled != Math.Floor(scaled))
        {
            return value.ToString($"F{precision}", CultureInfo.InvariantCulture);
        }

        var all = value.ToString($"F{AllDigits}", CultureInfo.InvariantCulture);
        var cut = all.IndexOf('.') + 1 + precision;
        var isTie = all[cut] == '5' && all.AsSpan(cut + 1).IndexOfAnyExcept('0') < 0;
        var last = all[cut - 1] == '.' ? all[cut - 2] : all[cut - 1];
        return isTie && (last - '0') % 2 == 0
            ? all[..cut].TrimEnd('.')
            : value.ToString($"F{precision}", CultureInfo.InvariantCulture);
    }

    private static string Named(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
}
