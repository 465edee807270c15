using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// What Kubernetes adds to lists: <c>isSorted</c>, <c>sum</c>, <c>min</c>, <c>max</c>, <c>indexOf</c>,
/// <c>lastIndexOf</c>. Source: k8s.io/apiserver/pkg/cel/library/lists.go.
/// </summary>
public static class ListLibrary
{
    private static readonly CelType A = CelType.Parameter("A");

    private static readonly (string Name, CelType Type, CelValue Zero)[] Summable =
    [
        ("int", CelType.Int, CelValue.Of(0L)), ("uint", CelType.Uint, CelValue.Of(0UL)),
        ("double", CelType.Double, CelValue.Of(0.0)), ("duration", CelType.Duration, CelValue.OfDuration(0)),
    ];

    private static readonly (string Name, CelType Type)[] Comparable =
    [
        ("int", CelType.Int), ("uint", CelType.Uint), ("double", CelType.Double), ("bool", CelType.Bool),
        ("duration", CelType.Duration), ("timestamp", CelType.Timestamp), ("string", CelType.String),
        ("bytes", CelType.Bytes),
    ];

    public static CelLibrary Library { get; } = new("kubernetes.lists")
    {
        Functions =
        [
            Scanning("isSorted", [.. Comparable.Select(one => CelOverload.Member(
                $"list_{one.Name}_is_sorted_bool", [CelType.List(one.Type)], CelType.Bool, IsSorted))]),
            Scanning("sum", [.. Summable.Select(one => CelOverload.Member(
                $"list_{one.Name}_sum_{one.Name}", [CelType.List(one.Type)], one.Type, a => Sum(a[0].AsList, one.Zero)))]),
            Extreme("max", preferred: -1),
            Extreme("min", preferred: 1),
            Scanning("indexOf", CelOverload.Member(
                "list_a_index_of_int", [CelType.List(A), A], CelType.Int, a => IndexOf(a[0].AsList, a[1]))),
            Scanning("lastIndexOf", CelOverload.Member(
                "list_a_last_index_of_int", [CelType.List(A), A], CelType.Int, a => LastIndexOf(a[0].AsList, a[1]))),
        ],
    };

    private static CelFunction Scanning(string name, params ImmutableArray<CelOverload> overloads) =>
        new(name, overloads) { Cost = LibraryCosts.Scan, Estimate = LibraryCosts.ScanEstimated };

    // The first element is replaced by one to which it compares as preferred.
    private static CelFunction Extreme(string name, int preferred) => Scanning(name, [.. Comparable.Select(one =>
        CelOverload.Member(
            $"list_{one.Name}_{name}_{one.Name}", [CelType.List(one.Type)], one.Type,
            a => Find(a[0].AsList, name, preferred)))]);

    private static CelValue IsSorted(ReadOnlySpan<CelValue> arguments)
    {
        var list = arguments[0].AsList;
        for (var i = 1; i < list.Count; i++)
        {
            if (CelOrder.TryCompare(list[i - 1], list[i], out var order, out _) && order > 0)
            {
                return CelValue.False;
            }
        }

        return CelValue.True;
    }

    private static CelValue Sum(CelList list, CelValue zero)
    {
        var sum = zero;
        for (var i = 0; i < list.Count && !sum.IsError; i++)
        {
            sum = Arithmetic.Add([sum, list[i]]);
        }

        return sum;
    }

    private static CelValue Find(CelList list, string name, int preferred)
    {
        if (list.Count == 0)
        {
            return CelValue.Error($"{name} called on empty list");
        }

        var found = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (CelOrder.TryCompare(found, list[i], out var order, out _) && order == preferred)
            {
                found = list[i];
            }
        }

        return found;
    }

    private static CelValue IndexOf(CelList list, in CelValue item)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (CelEquality.AreEqual(list[i], item))
            {
                return CelValue.Of((long)i);
            }
        }

        return CelValue.Of(-1L);
    }

    private static CelValue LastIndexOf(CelList list, in CelValue item)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (CelEquality.AreEqual(list[i], item))
            {
                return CelValue.Of((long)i);
            }
        }

        return CelValue.Of(-1L);
    }
}
