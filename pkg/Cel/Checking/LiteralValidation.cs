using Kube1.Cel.Evaluation;
using Kube1.Cel.Libraries;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Checking;

/// <summary>
/// Tries what is written literally: durations, timestamps and patterns, and whether the elements of list and map
/// literals have one type to the letter, which dyn does not pass for. Source: cel-go, cel/validator.go.
/// </summary>
internal sealed class LiteralValidation
{
    private readonly CheckedExpression expression;
    private readonly ParsedExpression parsed;
    private readonly CelEnvironment environment;
    private readonly List<CelIssue> issues = [];

    // Arguments of these may be lists of anything: how deep in them we are.
    private int exempt;

    private LiteralValidation(CheckedExpression expression, ParsedExpression parsed, CelEnvironment environment)
    {
        this.expression = expression;
        this.parsed = parsed;
        this.environment = environment;
    }

    public static List<CelIssue> Validate(
        CheckedExpression expression, ParsedExpression parsed, CelEnvironment environment)
    {
        var validation = new LiteralValidation(expression, parsed, environment);
        validation.Visit(expression.Root);
        return validation.issues;
    }

    private void Report(CelExpression at, string message) => issues.Add(new CelIssue(parsed.LocationOf(at.Id), message));

    private void Visit(CelExpression node)
    {
        switch (node)
        {
            case SelectExpression e:
                Visit(e.Operand);
                break;
            case CallExpression e:
                VisitCall(e);
                break;
            case ListExpression e:
                VisitList(e);
                break;
            case MapExpression e:
                VisitMap(e);
                break;
            case ObjectExpression e:
                foreach (var field in e.Fields)
                {
                    Visit(field.Value);
                }

                break;
            case ComprehensionExpression e:
                foreach (var part in (ReadOnlySpan<CelExpression>)[e.Range, e.Initial, e.Condition, e.Step, e.Result])
                {
                    Visit(part);
                }

                break;
        }
    }

    private void VisitCall(CallExpression e)
    {
        var function = (expression.ReferenceOf(e) as CallReference)?.Function;
        var isExempt = function is { AcceptsMixedLists: true };
        exempt += isExempt ? 1 : 0;
        if (e.Target is not null)
        {
            Visit(e.Target);
        }

        foreach (var argument in e.Arguments)
        {
            Visit(argument);
        }

        exempt -= isExempt ? 1 : 0;
        if (e.Arguments is [LiteralExpression { Value.Kind: CelKind.String } literal, ..]
            && !IsValid(e.Function, literal.Value.AsString))
        {
            Report(literal, $"invalid {e.Function} argument");
        }

        if (function?.Validate?.Invoke(e, expression.TypeOf) is { } wrong)
        {
            Report(wrong.At, wrong.Message);
        }
    }

    private static bool IsValid(string function, string literal) => function switch
    {
        "duration" => DurationText.TryParse(literal, out _),
        "timestamp" => !TimestampText.Parse(literal).IsError,
        "matches" => CelRegex.TryGetCached(literal, out _, out _),
        _ => true,
    };

    private void VisitList(ListExpression e)
    {
        CelType? expected = null;
        var isUniform = true;
        for (var i = 0; i < e.Elements.Length; i++)
        {
            Visit(e.Elements[i]);
            var type = TypeOf(e.Elements[i], e.Optionals.Contains(i));
            isUniform = isUniform && Compare(e.Elements[i], ref expected, type);
        }
    }

    private void VisitMap(MapExpression e)
    {
        CelType? key = null, value = null;
        foreach (var entry in e.Entries)
        {
            Visit(entry.Key);
            Visit(entry.Value);
            Compare(entry.Key, ref key, TypeOf(entry.Key, false));
            Compare(entry.Value, ref value, TypeOf(entry.Value, entry.IsOptional));
        }
    }

    private CelType TypeOf(CelExpression node, bool isOptional)
    {
        var type = expression.TypeOf(node);
        return isOptional && type.IsOptional ? type.Parameters[0] : type;
    }

    private bool Compare(CelExpression at, ref CelType? expected, CelType type)
    {
        expected ??= type;
        if (expected.Equals(type) || exempt > 0 || !environment.Options.HomogeneousAggregateLiterals)
        {
            return true;
        }

        Report(at, $"expected type '{expected}' but found '{type}'");
        return false;
    }
}
