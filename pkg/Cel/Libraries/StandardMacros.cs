using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The macros of the language, with one variable or with two. Source: cel-spec, langdef.md, "Macros".</summary>
internal static class StandardMacros
{
    private const string NotAName = "argument must be a simple name";

    public static ImmutableArray<CelMacro> OneVariable { get; } =
    [
        new("has", 1, false, Has),
        new("all", 2, true, Quantifier(1, All)),
        new("exists", 2, true, Quantifier(1, Exists)),
        new("exists_one", 2, true, Quantifier(1, ExistsOne)),
        new("existsOne", 2, true, Quantifier(1, ExistsOne)),
        new("map", 2, true, Map),
        new("map", 3, true, Map),
        new("filter", 2, true, Filter),
    ];

    public static ImmutableArray<CelMacro> TwoVariables { get; } =
    [
        new("all", 3, true, Quantifier(2, All)),
        new("exists", 3, true, Quantifier(2, Exists)),
        new("exists_one", 3, true, Quantifier(2, ExistsOne)),
        new("existsOne", 3, true, Quantifier(2, ExistsOne)),
        new("transformList", 3, true, TransformList),
        new("transformList", 4, true, TransformList),
        new("transformMap", 3, true, TransformMap),
        new("transformMap", 4, true, TransformMap),
        new("transformMapEntry", 3, true, TransformMapEntry),
        new("transformMapEntry", 4, true, TransformMapEntry),
    ];

    private delegate (CelExpression Initial, CelExpression Condition, CelExpression Step, CelExpression Result) Folding(
        CelMacroExpansion x, CelExpression predicate);

    private static CelExpression Has(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        arguments[0] is SelectExpression { IsTest: false } select
            ? x.PresenceTest(select.Operand, select.Field)
            : x.Fail(arguments[0], "invalid argument to has() macro");

    private static CelMacroExpander Quantifier(int variables, Folding fold) => (x, target, arguments) =>
    {
        if (Variables(x, arguments, variables, NotAName, out var first, out var second) is { } failure)
        {
            return failure;
        }

        var (initial, condition, step, result) = fold(x, arguments[variables]);
        return x.Comprehension(target!, first, second, CelMacroExpansion.Accumulator, initial, condition, step, result);
    };

    private static (CelExpression, CelExpression, CelExpression, CelExpression) All(
        CelMacroExpansion x, CelExpression predicate) => (
        x.Literal(CelValue.True),
        x.Call(Operators.NotStrictlyFalse, x.AccumulatorIdentifier()),
        x.Call(Operators.And, x.AccumulatorIdentifier(), predicate),
        x.AccumulatorIdentifier());

    private static (CelExpression, CelExpression, CelExpression, CelExpression) Exists(
        CelMacroExpansion x, CelExpression predicate) => (
        x.Literal(CelValue.False),
        x.Call(Operators.NotStrictlyFalse, x.Call(Operators.Not, x.AccumulatorIdentifier())),
        x.Call(Operators.Or, x.AccumulatorIdentifier(), predicate),
        x.AccumulatorIdentifier());

    private static (CelExpression, CelExpression, CelExpression, CelExpression) ExistsOne(
        CelMacroExpansion x, CelExpression predicate) => (
        x.Literal(CelValue.Of(0L)),
        x.Literal(CelValue.True),
        x.Call(
            Operators.Conditional,
            predicate,
            x.Call(Operators.Add, x.AccumulatorIdentifier(), x.Literal(CelValue.Of(1L))),
            x.AccumulatorIdentifier()),
        x.Call(Operators.Equal, x.AccumulatorIdentifier(), x.Literal(CelValue.Of(1L))));

    internal static CelExpression Map(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Gather(x, target!, arguments, 1, "argument is not an identifier", x.List(), null);

    private static CelExpression Filter(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Gather(
            x, target!, [arguments[0], arguments[1], arguments[0]], 1, "argument is not an identifier", x.List(), null);

    private static CelExpression TransformList(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Gather(x, target!, arguments, 2, NotAName, x.List(), null);

    private static CelExpression TransformMap(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Gather(x, target!, arguments, 2, NotAName, x.EmptyMap(), value => x.Call(
            MapInsertion.Name, x.AccumulatorIdentifier(), x.Identifier(((IdentifierExpression)arguments[0]).Name), value));

    private static CelExpression TransformMapEntry(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Gather(x, target!, arguments, 2, NotAName, x.EmptyMap(), value =>
            x.Call(MapInsertion.Name, x.AccumulatorIdentifier(), value));

    // The arguments are variables, perhaps a filter, and what each element becomes, which is appended unless it is
    // added otherwise.
    private static CelExpression Gather(
        CelMacroExpansion x, CelExpression target, ImmutableArray<CelExpression> arguments, int variables,
        string notAName, CelExpression initial, Func<CelExpression, CelExpression>? add)
    {
        if (Variables(x, arguments, variables, notAName, out var first, out var second) is { } failure)
        {
            return failure;
        }

        var condition = x.Literal(CelValue.True);
        var step = add is null
            ? x.Call(Operators.Add, x.AccumulatorIdentifier(), x.List(arguments[^1]))
            : add(arguments[^1]);
        if (arguments.Length == variables + 2)
        {
            step = x.Call(Operators.Conditional, arguments[variables], step, x.AccumulatorIdentifier());
        }

        return x.Comprehension(
            target, first, second, CelMacroExpansion.Accumulator, initial, condition, step, x.AccumulatorIdentifier());
    }

    private static CelExpression? Variables(
        CelMacroExpansion x, ImmutableArray<CelExpression> arguments, int count, string notAName, out string first,
        out string? second)
    {
        (first, second) = ("", null);
        for (var i = 0; i < count; i++)
        {
            if (arguments[i] is not IdentifierExpression { Name: var name })
            {
                return x.Fail(arguments[i], notAName);
            }

            (first, second) = i == 0 ? (name, null) : (first, name);
        }

        if (first == second)
        {
            return x.Fail(arguments[1], $"duplicate variable name: {first}");
        }

        var hidden = IsAccumulator(first) ? 0 : IsAccumulator(second) ? 1 : -1;
        return hidden < 0 ? null : x.Fail(arguments[hidden], "iteration variable overwrites accumulator variable");
    }

    private static bool IsAccumulator(string? name) =>
        name is CelMacroExpansion.Accumulator or CelMacroExpansion.FormerAccumulator;
}
