namespace Kube1.Api.Quotas;

/// <summary>Arithmetic over amounts by resource. Nothing is changed in place, unless it is said.</summary>
public static class ResourceSums
{
    /// <summary>The sum of both; each amount is written as in the first.</summary>
    public static Dictionary<string, ResourceQuantity> Add(
        IReadOnlyDictionary<string, ResourceQuantity> a, IReadOnlyDictionary<string, ResourceQuantity> b)
    {
        var sum = new Dictionary<string, ResourceQuantity>(a, StringComparer.Ordinal);
        AddTo(sum, b);
        return sum;
    }

    /// <summary>Adds to the first.</summary>
    public static void AddTo(
        Dictionary<string, ResourceQuantity> sum, IReadOnlyDictionary<string, ResourceQuantity>? added)
    {
        if (added is null)
        {
            return;
        }

        foreach (var (name, amount) in added)
        {
            sum[name] = sum.TryGetValue(name, out var known) ? known + amount : amount;
        }
    }

    /// <summary>Raises the first to the second where that is more.</summary>
    public static void RaiseTo(
        Dictionary<string, ResourceQuantity> peak, IReadOnlyDictionary<string, ResourceQuantity>? other)
    {
        if (other is null)
        {
            return;
        }

        foreach (var (name, amount) in other)
        {
            if (!peak.TryGetValue(name, out var known) || known < amount)
            {
                peak[name] = amount;
            }
        }
    }

    /// <summary>What the first has more than the second; zero where it has not.</summary>
    public static Dictionary<string, ResourceQuantity> Excess(
        IReadOnlyDictionary<string, ResourceQuantity> a, IReadOnlyDictionary<string, ResourceQuantity> b)
    {
        var excess = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in a)
        {
            var left = b.TryGetValue(name, out var other) ? amount - other : amount;
            excess[name] = left.Sign > 0 ? left : ResourceQuantity.Zero;
        }

        return excess;
    }

    /// <summary>Only the resources that are wanted.</summary>
    public static Dictionary<string, ResourceQuantity> Mask(
        IReadOnlyDictionary<string, ResourceQuantity> amounts, Func<string, bool> isWanted) =>
        amounts.Where(a => isWanted(a.Key)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    /// <summary>Whether both have the same resources in the same amounts.</summary>
    public static bool AreEqual(
        IReadOnlyDictionary<string, ResourceQuantity>? a, IReadOnlyDictionary<string, ResourceQuantity>? b)
    {
        if ((a?.Count ?? 0) != (b?.Count ?? 0))
        {
            return false;
        }

        return a is null || a.All(x => b!.TryGetValue(x.Key, out var other) && other == x.Value);
    }

    /// <summary>"cpu=1,pods=2", as refusals show amounts.</summary>
    public static string Text(IReadOnlyDictionary<string, ResourceQuantity> amounts) =>
        string.Join(",", amounts.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"));
}
