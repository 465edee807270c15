using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Costs;

/// <summary>The prices of which all costs are made. Source: cel-go, common/cost.go.</summary>
public static class CelCosts
{
    public const ulong SelectAndIdentifier = 1;
    public const ulong CreateList = 10;
    public const ulong CreateMap = 30;
    public const ulong CreateObject = 40;

    /// <summary>For each character of a string that is walked over once.</summary>
    public const double StringTraversal = 0.1;

    /// <summary>For each character of a pattern, times the cost of walking over the string that is matched.</summary>
    public const double RegexStringLength = 0.25;

    /// <summary>
    /// The size that counts in a call's cost: characters, bytes, elements, entries; an optional's is that of its value;
    /// 1 for everything without a size.
    /// </summary>
    public static ulong SizeOf(in CelValue value) => value.Kind switch
    {
        CelKind.String => (ulong)CodePoints.Count(value.AsString),
        CelKind.Bytes => (ulong)value.AsBytes.Length,
        CelKind.List => (ulong)value.AsList.Count,
        CelKind.Map => (ulong)value.AsMap.Count,
        CelKind.Object or CelKind.Opaque => (ulong)value.AsObject.Size,
        CelKind.Optional when value.HasValue => SizeOf(value.Inner),
        _ => 1,
    };

    /// <summary>The cost of one walk over the value: a tenth of its size, rounded up, times <paramref name="times"/>.</summary>
    public static ulong Traversal(in CelValue value, double times = 1) =>
        (ulong)Math.Ceiling(SizeOf(value) * times * StringTraversal);
}
