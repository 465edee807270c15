using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>The size of a Deployment and how far a rolling update may stray from it, in pods.</summary>
/// <param name="Replicas">How many pods are wanted.</param>
/// <param name="MaxSurge">How many more there may be at a time.</param>
/// <param name="MaxUnavailable">How many of the wanted ones may be missing at a time.</param>
/// <param name="IsRolling">False for the Recreate strategy, which has no bounds.</param>
internal readonly record struct RolloutMath(int Replicas, int MaxSurge, int MaxUnavailable, bool IsRolling)
{
    private const string DefaultBound = "25%";

    public static RolloutMath Of(V1Deployment deployment)
    {
        var replicas = deployment.Spec?.Replicas ?? 1;
        var strategy = deployment.Spec?.Strategy;
        if (strategy?.Type == "Recreate")
        {
            return new RolloutMath(replicas, 0, 0, false);
        }

        var surge = (strategy?.RollingUpdate?.MaxSurge ?? new IntOrString(DefaultBound)).Scale(replicas, true) ?? 0;
        var unavailable =
            (strategy?.RollingUpdate?.MaxUnavailable ?? new IntOrString(DefaultBound)).Scale(replicas, false) ?? 0;

        // Validation forbids both to be zero, but rounding can make them so; the rollout must be able to move.
        if (surge == 0 && unavailable == 0)
        {
            unavailable = 1;
        }

        return new RolloutMath(replicas, surge, Math.Min(unavailable, replicas), true);
    }

    /// <summary>How many pods must be available throughout.</summary>
    public int MinAvailable => Replicas - MaxUnavailable;

    /// <summary>
    /// To what size the new set may grow while all sets together ask for <paramref name="total"/> pods.
    /// </summary>
    public int GrownNewSet(int newSetReplicas, int total)
    {
        if (!IsRolling)
        {
            return Replicas;
        }

        var room = Replicas + MaxSurge - total;
        return room <= 0 ? newSetReplicas : newSetReplicas + Math.Min(room, Replicas - newSetReplicas);
    }

    /// <summary>
    /// How many pods of old sets may go at most: what is beyond the minimum, less those of the new set that are not yet
    /// available, which are counted on but do not serve.
    /// </summary>
    public int MaxOldPodsToRemove(int total, int newSetReplicas, int newSetAvailable) =>
        total - MinAvailable - (newSetReplicas - newSetAvailable);

    /// <summary>
    /// New sizes for old sets, the oldest first, after taking away <paramref name="budget"/> pods that are unhealthy:
    /// they serve no one, and a broken rollout must not be kept from going on by its own broken pods.
    /// </summary>
    public static List<int> WithoutUnhealthy(IReadOnlyList<(int Replicas, int Available)> sets, int budget)
    {
        var sizes = new List<int>(sets.Count);
        foreach (var (replicas, available) in sets)
        {
            var remove = Math.Clamp(replicas - available, 0, Math.Max(budget, 0));
            budget -= remove;
            sizes.Add(replicas - remove);
        }

        return sizes;
    }

    /// <summary>
    /// New sizes for old sets, the oldest first, after taking away as many as the available pods allow.
    /// </summary>
    public List<int> ScaledDownOld(IReadOnlyList<int> sets, int totalAvailable)
    {
        var budget = Math.Max(totalAvailable - MinAvailable, 0);
        var sizes = new List<int>(sets.Count);
        foreach (var replicas in sets)
        {
            var remove = Math.Min(replicas, budget);
            budget -= remove;
            sizes.Add(replicas - remove);
        }

        return sizes;
    }

    /// <summary>
    /// New sizes for the active sets when the Deployment is scaled in the middle of a rollout: each keeps its share,
    /// and
    /// what rounding leaves goes to the first. <paramref name="sets"/> are in the order in which they get their share;
    /// a
    /// set's MaxReplicas is the size of the whole when it was last scaled, 0 for unknown.
    /// </summary>
    public List<int> Proportional(IReadOnlyList<(int Replicas, int MaxReplicas)> sets, int statusReplicas)
    {
        var allowed = Replicas > 0 ? Replicas + MaxSurge : 0;
        var toAdd = allowed - sets.Sum(s => s.Replicas);
        var added = 0;
        var sizes = new List<int>(sets.Count);
        foreach (var (replicas, maxReplicas) in sets)
        {
            var share = Share(replicas, maxReplicas == 0 ? statusReplicas : maxReplicas, toAdd, added);
            added += share;
            sizes.Add(replicas + share);
        }

        if (sizes.Count > 0 && toAdd != 0)
        {
            sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        }

        return sizes;
    }

    private int Share(int replicas, int before, int toAdd, int added)
    {
        if (replicas == 0 || toAdd == 0 || toAdd == added)
        {
            return 0;
        }

        var fraction = Fraction(replicas, before);
        return toAdd > 0 ? Math.Min(fraction, toAdd - added) : Math.Max(fraction, toAdd - added);
    }

    private int Fraction(int replicas, int before)
    {
        if (Replicas == 0)
        {
            return -replicas;
        }

        if (before == 0)
        {
            return 0;
        }

        var size = (double)replicas * (Replicas + MaxSurge) / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - replicas;
    }
}
