using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Server;

/// <summary>Usage of several containers together.</summary>
internal static class ContainerUsage
{
    /// <summary>The sum of what is known; null when nothing is.</summary>
    public static ulong? Sum(List<ContainerStats> stats, Func<ContainerStats, ulong?> pick)
    {
        ulong? sum = null;
        foreach (var value in stats.Select(pick).OfType<ulong>())
        {
            sum = (sum ?? 0) + value;
        }

        return sum;
    }
}
