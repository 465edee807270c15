using System.Collections.Immutable;
using Kube1.Cel.Syntax;
using Kube1.Cel.Values;

namespace Kube1.Cel.Functions;

/// <summary>Makes new expressions at the place of a macro's use.</summary>
public abstract class CelMacroExpansion
{
    /// <summary>The name of the hidden variable in which comprehensions gather their result; no expression can name it.</summary>
    public const string Accumulator = "@result";

    /// <summary>The accumulator's former name, which iteration variables still may not have.</summary>
    public const string FormerAccumulator = "__result__";

    /// <summary>A fresh id for a new expression, at the place of the macro.</summary>
    protected abstract int NextId();

    /// <summary>The same expression with fresh ids, for one that is used twice.</summary>
    public abstract CelExpression Copy(CelExpression expression);

    /// <summary>Reports that an argument does not fit.</summary>
    public abstract CelExpression Fail(CelExpression at, string message);

    public CelExpression Literal(CelValue value) => new LiteralExpression(NextId(), value);

    public CelExpression Identifier(string name) => new IdentifierExpression(NextId(), name);

    public CelExpression AccumulatorIdentifier() => Identifier(Accumulator);

    public CelExpression List(params ImmutableArray<CelExpression> elements) =>
        new ListExpression(NextId(), elements, []);

    public CelExpression EmptyMap() => new MapExpression(NextId(), []);

    public CelExpression Call(string function, params ImmutableArray<CelExpression> arguments) =>
        new CallExpression(NextId(), function, null, arguments);

    public CelExpression MemberCall(string function, CelExpression target, params ImmutableArray<CelExpression> arguments) =>
        new CallExpression(NextId(), function, target, arguments);

    public CelExpression PresenceTest(CelExpression operand, string field) =>
        new SelectExpression(NextId(), operand, field, isTest: true);

    /// <summary>A fold over a list or a map's keys; with a second variable over indexes and elements, or keys and values.</summary>
    public CelExpression Comprehension(
        CelExpression range, string variable, string? secondVariable, string accumulator, CelExpression initial,
        CelExpression condition, CelExpression step, CelExpression result) =>
        new ComprehensionExpression(
            NextId(), range, variable, secondVariable, accumulator, initial, condition, step, result);
}
