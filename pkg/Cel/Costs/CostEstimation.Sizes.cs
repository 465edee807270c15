using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Costs;

/// <summary>What is known of sizes and paths.</summary>
internal sealed partial class CostEstimation
{
    private LocalVariable? FindLocal(CelExpression node) =>
        node is IdentifierExpression { Name: var name } ? locals.FindLast(local => local.Name == name) : null;

    private ImmutableArray<string> PathOf(CelExpression node) => FindLocal(node)?.Path ?? paths[node.Id];

    private EntrySizes? EntriesOf(CelExpression node) => entries[node.Id] ?? FindLocal(node)?.Entries;

    private SizeEstimate SizeOrUnknown(CelExpression node) => SizeOf(node) ?? SizeEstimate.Unknown;

    // As computed; as the expression shows; as the estimator knows; as the type says; as that of the variable's range.
    private SizeEstimate? SizeOf(CelExpression node)
    {
        if (sizes[node.Id] is { } computed)
        {
            return computed;
        }

        if (SizeOfLiteral(node) is { } literal)
        {
            return literal;
        }

        var type = expression.TypeOf(node);
        if (estimator(new CelCostNode(PathOf(node), type, node, null)) is { } estimate)
        {
            sizes[node.Id] = estimate;
            return estimate;
        }

        return IsScalar(type) ? SizeEstimate.Fixed(1) : FindLocal(node)?.Size;
    }

    private static SizeEstimate? SizeOfLiteral(CelExpression node) => node switch
    {
        LiteralExpression { Value: var value } => SizeEstimate.Fixed(CelCosts.SizeOf(value)),
        ListExpression e => SizeEstimate.Fixed((ulong)e.Elements.Length),
        MapExpression e => SizeEstimate.Fixed((ulong)e.Entries.Length),
        _ => null,
    };

    private static bool IsScalar(CelType type) => type.Kind switch
    {
        CelKind.Bool or CelKind.Double or CelKind.Duration or CelKind.Int or CelKind.Timestamp or CelKind.Uint => true,
        CelKind.Optional => IsScalar(type.Parameters[0]),
        _ => false,
    };

    private CelCostNode NodeOf(CelExpression node)
    {
        var path = PathOf(node);
        var isHidden = !path.IsEmpty
            && path[0] is CelMacroExpansion.Accumulator or CelMacroExpansion.FormerAccumulator;
        return new CelCostNode(isHidden ? [] : path, expression.TypeOf(node), node, SizeOf(node));
    }
}
