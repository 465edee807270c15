using System.Globalization;
using System.Text;
using Kube1.Cel.Types;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Handles one clause of a format; <paramref name="error"/> is what is wrong with its argument.</summary>
internal delegate void TextFormatClauseHandler(in TextFormatClause clause, out string? error);

/// <summary>One clause of a format, such as <c>%.2f</c>, and the index of its argument.</summary>
internal readonly record struct TextFormatClause(char Verb, int Precision, int Argument)
{
    public const int DefaultPrecision = 6;

    // A double has no more digits than this behind its point. (Later versions of the library refuse more than 100.)
    private const int MaxPrecision = 1100;

    /// <summary>Goes through a format: plain text is appended, clauses are handled. What is wrong, or null.</summary>
    public static string? Read(string format, int arguments, StringBuilder? text, TextFormatClauseHandler handle)
    {
        var argument = 0;
        for (var i = 0; i < format.Length;)
        {
            if (format[i] != '%')
            {
                text?.Append(format[i]);
                i++;
                continue;
            }

            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                text?.Append('%');
                i += 2;
                continue;
            }

            if (argument >= arguments)
            {
                return $"index {argument} out of range";
            }

            if (i + 1 >= format.Length)
            {
                return "unexpected end of string";
            }

            i++;
            if (Parse(format, ref i, argument++, out var clause) is { } wrong)
            {
                return $"could not parse formatting clause: {wrong}";
            }

            handle(clause, out var error);
            if (error is not null)
            {
                return $"error during formatting: {error}";
            }
        }

        return null;
    }

    public bool Accepts(CelKind kind) => Verb switch
    {
        's' => kind is CelKind.List or CelKind.Map or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool
            or CelKind.String or CelKind.Timestamp or CelKind.Bytes or CelKind.Duration or CelKind.Type or CelKind.Null,
        'd' or 'o' => kind is CelKind.Int or CelKind.Uint,
        'f' or 'e' => kind == CelKind.Double,
        'b' => kind is CelKind.Int or CelKind.Uint or CelKind.Bool,
        _ => kind is CelKind.Int or CelKind.Uint or CelKind.String or CelKind.Bytes,
    };

    public string Refusal(string type) => Verb switch
    {
        's' => "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, "
            + $"and timestamps, was given {type}",
        'd' => $"decimal clause can only be used on integers, was given {type}",
        'f' => $"fixed-point clause can only be used on doubles, was given {type}",
        'e' => $"scientific clause can only be used on doubles, was given {type}",
        'b' => $"only integers and bools can be formatted as binary, was given {type}",
        'o' => $"octal clause can only be used on integers, was given {type}",
        _ => $"only integers, byte buffers, and strings can be formatted as hex, was given {type}",
    };

    private static string? Parse(string format, ref int at, int argument, out TextFormatClause clause)
    {
        var precision = DefaultPrecision;
        clause = default;
        if (format[at] == '.')
        {
            var start = ++at;
            while (at < format.Length && char.IsAsciiDigit(format[at]))
            {
                at++;
            }

            if (at == format.Length)
            {
                return "error while parsing precision: could not find end of precision specifier";
            }

            var digits = format[start..at];
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                var reason = digits.Length == 0 ? "invalid syntax" : "value out of range";
                return "error while parsing precision: error while converting precision to integer: "
                    + $"strconv.Atoi: parsing \"{digits}\": {reason}";
            }

            if (number > MaxPrecision)
            {
                return $"error while parsing precision: precision {number} exceeds maximum allowed precision {MaxPrecision}";
            }

            precision = (int)number;
        }

        var verb = format[at++];
        if (verb is not ('s' or 'd' or 'f' or 'e' or 'b' or 'x' or 'X' or 'o'))
        {
            return $"unrecognized formatting clause \"{verb}\"";
        }

        clause = new TextFormatClause(verb, precision, argument);
        return null;
    }
}
