using Kube1.Api.Models;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>The taints that tell of a node's conditions: https://kubernetes.io/docs/reference/labels-annotations-taints/</summary>
internal static class NodeTaints
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    public const string OutOfService = "node.kubernetes.io/out-of-service";

    private const string Unschedulable = "node.kubernetes.io/unschedulable";

    private static readonly (string Condition, string Status, string Taint)[] OfConditions =
    [
        ("Ready", "False", NotReady),
        ("Ready", "Unknown", Unreachable),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ];

    /// <summary>
    /// The taints that the node should have: NoSchedule by condition and cordon, NoExecute as <paramref name="evict"/> says
    /// (a key, or null for none). Null when they are right already.
    /// </summary>
    public static List<V1Taint>? Wanted(V1Node node, string? evict, DateTimeOffset now)
    {
        var current = node.Spec?.Taints ?? [];
        var wanted = new List<V1Taint>();
        foreach (var taint in current)
        {
            if (!IsOurs(taint) || ShouldHave(node, evict, taint))
            {
                wanted.Add(taint);
            }
        }

        foreach (var (condition, status, key) in OfConditions)
        {
            if (StatusOf(node, condition) == status)
            {
                Ensure(wanted, key, "NoSchedule", now);
            }
        }

        if (node.Spec?.Unschedulable == true)
        {
            Ensure(wanted, Unschedulable, "NoSchedule", now);
        }

        if (evict is not null)
        {
            Ensure(wanted, evict, "NoExecute", now);
        }

        return wanted.SequenceEqual(current) ? null : wanted;
    }

    public static string StatusOf(V1Node node, string condition) =>
        node.Status?.Conditions?.Find(c => c.Type == condition)?.Status ?? (condition == "Ready" ? "Unknown" : "");

    public static bool Has(V1Node node, string key, string effect) =>
        node.Spec?.Taints?.Exists(t => t.Key == key && t.Effect == effect) == true;

    private static bool IsOurs(V1Taint taint) => taint.Effect switch
    {
        "NoSchedule" => taint.Key == Unschedulable || Array.Exists(OfConditions, c => c.Taint == taint.Key),
        "NoExecute" => taint.Key is NotReady or Unreachable,
        _ => false,
    };

    private static bool ShouldHave(V1Node node, string? evict, V1Taint taint) => taint.Effect == "NoExecute"
        ? taint.Key == evict
        : taint.Key == Unschedulable
            ? node.Spec?.Unschedulable == true
            : Array.Exists(OfConditions, c => c.Taint == taint.Key && StatusOf(node, c.Condition) == c.Status);

    private static void Ensure(List<V1Taint> taints, string key, string effect, DateTimeOffset now)
    {
        if (!taints.Exists(t => t.Key == key && t.Effect == effect))
        {
            taints.Add(new V1Taint { Key = key, Effect = effect, TimeAdded = now });
        }
    }
}
