namespace Kube1.Cel.Costs;

/// <summary>
/// Between which bounds the size of a value lies: characters of a string, bytes, elements or entries. Arithmetic
/// saturates at <see cref="ulong.MaxValue"/>, which stands for "unbounded".
/// </summary>
public readonly record struct SizeEstimate(ulong Min, ulong Max)
{
    public static readonly SizeEstimate Unknown = new(0, ulong.MaxValue);

    public static SizeEstimate Fixed(ulong size) => new(size, size);

    public SizeEstimate Add(SizeEstimate other) => new(Saturating.Add(Min, other.Min), Saturating.Add(Max, other.Max));

    public SizeEstimate Multiply(SizeEstimate other) =>
        new(Saturating.Multiply(Min, other.Min), Saturating.Multiply(Max, other.Max));

    /// <summary>What a walk over the value costs at so much for each unit of size, rounded up.</summary>
    public CostEstimate MultiplyByCostFactor(double costPerUnit) =>
        new(Saturating.Multiply(Min, costPerUnit), Saturating.Multiply(Max, costPerUnit));

    public CostEstimate MultiplyByCost(CostEstimate cost) =>
        new(Saturating.Multiply(Min, cost.Min), Saturating.Multiply(Max, cost.Max));

    /// <summary>Bounds that hold for the one and for the other.</summary>
    public SizeEstimate Union(SizeEstimate other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
