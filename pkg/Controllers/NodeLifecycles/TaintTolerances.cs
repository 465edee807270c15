using Kube1.Api.Models;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>How long a pod may stay on a node with NoExecute taints.</summary>
internal static class TaintTolerances
{
    public static List<V1Taint> NoExecute(V1Node node) =>
        node.Spec?.Taints?.FindAll(t => t.Effect == "NoExecute") ?? [];

    /// <summary>When the pod must go; null for never. Each taint needs a toleration, and the shortest one counts.</summary>
    public static DateTimeOffset? EvictAt(V1Pod pod, List<V1Taint> taints, DateTimeOffset now)
    {
        DateTimeOffset? due = null;
        foreach (var taint in taints)
        {
            var matching = pod.Spec?.Tolerations?.FindAll(t => Tolerates(t, taint)) ?? [];
            if (matching.Count == 0)
            {
                return now;
            }

            var seconds = matching.Where(t => t.TolerationSeconds is not null)
                .Select(t => Math.Max(0, t.TolerationSeconds!.Value)).ToList();
            if (seconds.Count > 0)
            {
                var end = (taint.TimeAdded ?? now) + TimeSpan.FromSeconds(Math.Min(seconds.Min(), int.MaxValue));
                due = due is null || end < due ? end : due;
            }
        }

        return due;
    }

    private static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == taint.Key)
        && (toleration.Operator == "Exists"
            || (toleration.Operator is null or "" or "Equal" && (toleration.Value ?? "") == (taint.Value ?? "")));
}
