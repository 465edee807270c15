using System.Globalization;
using System.Text;
using Kube1.Api.Json;
using Kube1.Cel.Evaluation;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// <c>'%d of %s'.format([1, 'x'])</c>, as the library's version 2 does it: fixed-point and scientific numbers are written
/// as in American English. Source: cel-go v0.26, ext/formatting.go.
/// </summary>
internal static class TextFormat
{
    // Nested lists and maps are bounded by the text of an expression or the depth of JSON; this guards the stack.
    private const int MaxDepth = 200;

    public static CelValue Format(string format, CelList arguments)
    {
        var text = new StringBuilder(format.Length);
        var error = TextFormatClause.Read(format, arguments.Count, text, (in TextFormatClause clause, out string? wrong) =>
        {
            wrong = Append(text, clause, arguments[clause.Argument]);
        });
        return error is null ? CelValue.Of(text.ToString()) : CelValue.Error(error);
    }

    // What is wrong with the argument, or null.
    private static string? Append(StringBuilder text, in TextFormatClause clause, in CelValue value)
    {
        if (!clause.Accepts(value.Kind) && !IsNumberName(clause, value))
        {
            return clause.Refusal(value.Type.Name);
        }

        switch (clause.Verb)
        {
            case 's':
                return AppendPlain(text, value, 0);
            case 'd':
                text.Append(CelValueText.Plain(value));
                return null;
            case 'f' or 'e':
                text.Append(clause.Verb == 'f'
                    ? EnglishNumber.Fixed(Number(value), clause.Precision)
                    : EnglishNumber.Scientific(Number(value), clause.Precision));
                return null;
            case 'b' or 'o':
                text.Append(value.Kind == CelKind.Bool
                    ? value.AsBool ? "1" : "0"
                    : Based(value, clause.Verb == 'b' ? 2 : 8));
                return null;
            default:
                text.Append(Hex(value, clause.Verb == 'X'));
                return null;
        }
    }

    private static bool IsNumberName(in TextFormatClause clause, in CelValue value) =>
        clause.Verb is 'f' or 'e' && value.Kind == CelKind.String
        && value.AsString is "NaN" or "Infinity" or "-Infinity";

    private static double Number(in CelValue value) => value.Kind == CelKind.Double ? value.AsDouble : value.AsString switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        _ => double.NegativeInfinity,
    };

    private static string? AppendPlain(StringBuilder text, in CelValue value, int depth)
    {
        switch (value.Kind)
        {
            case CelKind.List:
                return AppendList(text, value.AsList, depth + 1);
            case CelKind.Map when value.AsMap.Type.Kind == CelKind.Map:
                return AppendMap(text, value.AsMap, depth + 1);
            case CelKind.Bytes:
                text.Append(Encoding.UTF8.GetString(value.AsBytes));
                return null;
            default:
                text.Append(CelValueText.Plain(value));
                return null;
        }
    }

    private static string? AppendList(StringBuilder text, CelList list, int depth)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (AppendLiteral(text, list[i], depth) is { } error)
            {
                return error;
            }
        }

        text.Append(']');
        return null;
    }

    private static string? AppendMap(StringBuilder text, CelMap map, int depth)
    {
        var entries = new List<(string Key, string Value)>(map.Count);
        for (var i = 0; i < map.Count; i++)
        {
            var key = map.KeyAt(i);
            if (key.Kind is not (CelKind.String or CelKind.Bool or CelKind.Int or CelKind.Uint))
            {
                return $"no formatting function for map key of type {key.Type.Name}";
            }

            var value = new StringBuilder();
            if (AppendLiteral(value, map.ValueAt(i), depth) is { } error)
            {
                return error;
            }

            entries.Add((key.Kind == CelKind.String ? GoText.Quote(key.AsString) : CelValueText.Plain(key), value.ToString()));
        }

        entries.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        text.Append('{').AppendJoin(", ", entries.Select(entry => $"{entry.Key}:{entry.Value}")).Append('}');
        return null;
    }

    // As an expression would write it.
    private static string? AppendLiteral(StringBuilder text, in CelValue value, int depth)
    {
        WalkLimit.Step(value.Kind == CelKind.String ? 1 + value.AsString.Length
            : value.Kind == CelKind.Bytes ? 1 + value.AsBytes.Length
            : 1);
        switch (value.Kind)
        {
            case CelKind.List or CelKind.Map when depth >= MaxDepth:
                return "the value is nested too deeply";
            case CelKind.String:
                text.Append(GoText.Quote(value.AsString));
                return null;
            case CelKind.Bytes:
                text.Append('b').Append(GoText.Quote(Encoding.UTF8.GetString(value.AsBytes)));
                return null;
            case CelKind.Timestamp or CelKind.Duration:
                text.Append(value.Kind == CelKind.Timestamp ? "timestamp(" : "duration(")
                    .Append(GoText.Quote(CelValueText.Plain(value))).Append(')');
                return null;
            case CelKind.Double when double.IsFinite(value.AsDouble):
                text.Append(EnglishNumber.Digits(value.AsDouble, TextFormatClause.DefaultPrecision));
                return null;
            case CelKind.Double:
                text.Append('"').Append(CelValueText.Double(value.AsDouble)).Append('"');
                return null;
            case CelKind.Optional or CelKind.Object or CelKind.Opaque or CelKind.Error:
            case CelKind.Map when value.AsMap.Type.Kind != CelKind.Map:
                return value.IsError ? value.AsError.Message : $"no formatting function for {value.Type.Name}";
            default:
                return AppendPlain(text, value, depth);
        }
    }

    private static string Based(in CelValue value, int radix)
    {
        var isNegative = value.Kind == CelKind.Int && value.AsInt < 0;
        var rest = isNegative ? (ulong)-(Int128)value.AsInt : value.AsUint;
        var digits = new Stack<char>();
        do
        {
            digits.Push("0123456789"[(int)(rest % (ulong)radix)]);
            rest /= (ulong)radix;
        }
        while (rest > 0);
        return (isNegative ? "-" : "") + string.Concat(digits);
    }

    private static string Hex(in CelValue value, bool isUpper)
    {
        var text = value.Kind switch
        {
            CelKind.String => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value.AsString)),
            CelKind.Bytes => Convert.ToHexStringLower(value.AsBytes),
            CelKind.Int when value.AsInt < 0 =>
                "-" + ((ulong)-(Int128)value.AsInt).ToString("x", CultureInfo.InvariantCulture),
            _ => value.AsUint.ToString("x", CultureInfo.InvariantCulture),
        };
        return isUpper ? text.ToUpperInvariant() : text;
    }
}
