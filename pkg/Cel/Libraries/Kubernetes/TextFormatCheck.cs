using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Tries a literal format with a literal list of arguments when compiling: the clauses, and the arguments' types.
/// </summary>
internal static class TextFormatCheck
{
    public static (CelExpression At, string Message)? Check(CallExpression call, Func<CelExpression, CelType> typeOf)
    {
        if (call is not
            {
                Target: LiteralExpression { Value: { Kind: CelKind.String } format },
                Arguments: [ListExpression { Elements: var arguments }],
            })
        {
            return null;
        }

        CelExpression at = call;
        var seen = 0;
        var error = TextFormatClause.Read(
            format.AsString, arguments.Length, null, (in TextFormatClause clause, out string? wrong) =>
            {
                seen++;
                wrong = null;
                if (FindRefused(clause, arguments[clause.Argument], typeOf) is { } refused)
                {
                    at = refused;
                    wrong = clause.Refusal(typeOf(refused).Name);
                }
            });
        if (error is null && arguments.Length > seen)
        {
            error = $"too many arguments supplied to string.format (expected {seen}, got {arguments.Length})";
        }

        return error is null ? null : (at, error);
    }

    private static CelExpression? FindRefused(
        in TextFormatClause clause, CelExpression argument, Func<CelExpression, CelType> typeOf)
    {
        var kind = typeOf(argument).Kind;
        if (kind != CelKind.Dyn && !clause.Accepts(kind) && !(clause.Verb is 'f' or 'e' && kind == CelKind.String))
        {
            return argument;
        }

        if (clause.Verb != 's')
        {
            return null;
        }

        IEnumerable<CelExpression> parts = argument switch
        {
            ListExpression list => list.Elements,
            MapExpression map => map.Entries.SelectMany(entry => (CelExpression[])[entry.Key, entry.Value]),
            _ => [],
        };
        foreach (var part in parts)
        {
            if (FindRefused(clause, part, typeOf) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }
}
