namespace Kube1.Cel.Costs;

/// <summary>
/// Between which bounds the cost of evaluating an expression lies, in upstream's units (one is about 50 ns on a machine
/// of 2020). Kubernetes states its limits in them. Arithmetic saturates.
/// </summary>
public readonly record struct CostEstimate(ulong Min, ulong Max)
{
    public static readonly CostEstimate Zero;

    public static readonly CostEstimate Unknown = SizeEstimate.Unknown.MultiplyByCostFactor(1);

    public static CostEstimate Fixed(ulong cost) => new(cost, cost);

    public CostEstimate Add(CostEstimate other) => new(Saturating.Add(Min, other.Min), Saturating.Add(Max, other.Max));

    public CostEstimate Multiply(CostEstimate other) =>
        new(Saturating.Multiply(Min, other.Min), Saturating.Multiply(Max, other.Max));

    public CostEstimate MultiplyByCostFactor(double costPerUnit) =>
        new(Saturating.Multiply(Min, costPerUnit), Saturating.Multiply(Max, costPerUnit));

    public CostEstimate Union(CostEstimate other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
