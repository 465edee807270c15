using System.Collections.Immutable;
using Kube1.Cel.Values;

namespace Kube1.Cel.Syntax;

/// <summary>
/// A node of an expression's tree: immutable. What is known of it beside its form (its place, its type, the overloads of
/// a call) is kept in tables by <see cref="Id"/>, which counts from 1.
/// </summary>
public abstract class CelExpression(int id)
{
    public int Id { get; } = id;
}

/// <summary>null, a bool, a number, a string or bytes.</summary>
public sealed class LiteralExpression(int id, CelValue value) : CelExpression(id)
{
    public CelValue Value { get; } = value;
}

/// <summary>A name; with a leading dot for one that no comprehension's variable may hide.</summary>
public sealed class IdentifierExpression(int id, string name) : CelExpression(id)
{
    public string Name { get; } = name;
}

/// <summary><c>operand.field</c>, or the test whether the field is there.</summary>
public sealed class SelectExpression(int id, CelExpression operand, string field, bool isTest) : CelExpression(id)
{
    public CelExpression Operand { get; } = operand;

    public string Field { get; } = field;

    public bool IsTest { get; } = isTest;
}

/// <summary>A call of a function or an operator.</summary>
public sealed class CallExpression(
    int id, string function, CelExpression? target, ImmutableArray<CelExpression> arguments) : CelExpression(id)
{
    public string Function { get; } = function;

    public CelExpression? Target { get; } = target;

    public ImmutableArray<CelExpression> Arguments { get; } = arguments;
}

/// <summary><c>[a, ?b]</c>.</summary>
public sealed class ListExpression(int id, ImmutableArray<CelExpression> elements, ImmutableArray<int> optionals)
    : CelExpression(id)
{
    public ImmutableArray<CelExpression> Elements { get; } = elements;

    /// <summary>The indexes of the elements with a question mark, in order.</summary>
    public ImmutableArray<int> Optionals { get; } = optionals;
}

/// <summary>An entry of a map literal, with an id of its own.</summary>
public sealed record MapEntry(int Id, CelExpression Key, CelExpression Value, bool IsOptional);

/// <summary><c>{k: v, ?k: v}</c>.</summary>
public sealed class MapExpression(int id, ImmutableArray<MapEntry> entries) : CelExpression(id)
{
    public ImmutableArray<MapEntry> Entries { get; } = entries;
}

/// <summary>A field of an object literal, with an id of its own.</summary>
public sealed record FieldEntry(int Id, string Name, CelExpression Value, bool IsOptional);

/// <summary><c>TypeName{field: value}</c>.</summary>
public sealed class ObjectExpression(int id, string typeName, ImmutableArray<FieldEntry> fields) : CelExpression(id)
{
    public string TypeName { get; } = typeName;

    public ImmutableArray<FieldEntry> Fields { get; } = fields;
}

/// <summary>
/// The fold that macros over lists and maps become: the accumulator starts with an initial value; while the condition
/// holds, each element in turn makes it the step's value; the result is computed from it.
/// </summary>
public sealed class ComprehensionExpression(
    int id, CelExpression range, string variable, string? secondVariable, string accumulator, CelExpression initial,
    CelExpression condition, CelExpression step, CelExpression result) : CelExpression(id)
{
    public CelExpression Range { get; } = range;

    public string Variable { get; } = variable;

    public string? SecondVariable { get; } = secondVariable;

    public string Accumulator { get; } = accumulator;

    public CelExpression Initial { get; } = initial;

    public CelExpression Condition { get; } = condition;

    public CelExpression Step { get; } = step;

    public CelExpression Result { get; } = result;
}
