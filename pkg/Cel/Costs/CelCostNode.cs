using System.Collections.Immutable;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Costs;

/// <summary>A part of an expression whose size someone has to estimate.</summary>
/// <param name="Path">
/// The way from a variable through fields to this value: the variable's name, then names of fields, <c>@items</c>,
/// <c>@keys</c>, <c>@values</c>, <c>@indices</c>. Empty where the value is no part of a variable.
/// </param>
/// <param name="Type">Its deduced type.</param>
/// <param name="Expression">The expression; null for the elements of a list.</param>
/// <param name="ComputedSize">What the expression itself tells of its size, as for literals and concatenations.</param>
public sealed record CelCostNode(
    ImmutableArray<string> Path, CelType Type, CelExpression? Expression, SizeEstimate? ComputedSize);

/// <summary>
/// Tells the size of values that the expression says nothing about, as from <c>maxLength</c>, <c>maxItems</c> and
/// <c>maxProperties</c> of the schema at a path; null when it does not know.
/// </summary>
public delegate SizeEstimate? CelSizeEstimator(CelCostNode node);

/// <summary>The estimate for a call: its own cost, without that of its arguments, and the size of what it returns.</summary>
public sealed record CallEstimate(CostEstimate Cost, SizeEstimate? ResultSize = null);

/// <summary>What the estimate of a call is made from.</summary>
public sealed class CelCallSite(
    string overloadId, CelCostNode? target, ImmutableArray<CelCostNode> arguments, CelSizeEstimator sizes)
{
    public string OverloadId { get; } = overloadId;

    /// <summary>The receiver of a member function.</summary>
    public CelCostNode? Target { get; } = target;

    /// <summary>The arguments without the receiver.</summary>
    public ImmutableArray<CelCostNode> Arguments { get; } = arguments;

    /// <summary>The node's size: as computed, else as the size estimator says, else unknown.</summary>
    public SizeEstimate SizeOf(CelCostNode node) => node.ComputedSize ?? sizes(node) ?? SizeEstimate.Unknown;

    /// <summary>A node for the elements of a list, at the path of the list; null where the type says nothing of elements.</summary>
    public static CelCostNode? ElementOf(CelCostNode list) => list.Type.Parameters.IsEmpty
        ? null
        : new CelCostNode(list.Path.IsEmpty ? [] : list.Path.Add("@items"), list.Type.Parameters[0], null, null);
}
