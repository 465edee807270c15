using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The operators <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> and <c>&gt;=</c> with all their overloads.</summary>
internal static class Comparisons
{
    private static readonly (string Name, CelType Type)[] Ordered =
    [
        ("bool", CelType.Bool), ("int64", CelType.Int), ("uint64", CelType.Uint), ("double", CelType.Double),
        ("string", CelType.String), ("bytes", CelType.Bytes), ("timestamp", CelType.Timestamp),
        ("duration", CelType.Duration),
    ];

    public static ImmutableArray<CelFunction> Functions { get; } =
    [
        Function(Operators.Less, "less", static order => order < 0),
        Function(Operators.LessEqual, "less_equals", static order => order <= 0),
        Function(Operators.Greater, "greater", static order => order > 0),
        Function(Operators.GreaterEqual, "greater_equals", static order => order >= 0),
    ];

    private static CelFunction Function(string name, string prefix, Func<int, bool> holds)
    {
        var overloads = ImmutableArray.CreateBuilder<CelOverload>();
        foreach (var (left, type) in Ordered)
        {
            overloads.Add(Overload($"{prefix}_{left}", type, type));
            if (!CelEquality.IsNumber(type.Kind))
            {
                continue;
            }

            foreach (var (right, other) in Ordered.Where(o => CelEquality.IsNumber(o.Type.Kind) && o.Type != type))
            {
                overloads.Add(Overload($"{prefix}_{left}_{right}", type, other));
            }
        }

        return new CelFunction(name, overloads.ToImmutable()) { Dispatch = arguments => Compare(arguments, name, holds) };
    }

    private static CelOverload Overload(string id, CelType left, CelType right) => new()
    {
        Id = id, Arguments = [left, right], Result = CelType.Bool, ComparesAcrossTypes = left != right,
    };

    private static CelValue Compare(ReadOnlySpan<CelValue> arguments, string name, Func<int, bool> holds)
    {
        if (CelOrder.TryCompare(arguments[0], arguments[1], out var order, out var error))
        {
            return CelValue.Of(holds(order));
        }

        var isComparer = arguments[0].Kind is CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Double
            or CelKind.String or CelKind.Bytes or CelKind.Timestamp or CelKind.Duration;
        return isComparer ? CelValue.Of(error!) : Arithmetic.NoOverload(false, arguments[0], name);
    }
}
