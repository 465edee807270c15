namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>
/// The rules of each level and release as flat lists, made once: baseline rules come first, each group in the order of
/// its ids, and a restricted rule takes the place of the baseline rule that it overrides.
/// </summary>
internal static class PodSecurityEvaluator
{
    // Later releases have no other rules than this one.
    private static readonly int MaxMinor = PodCheckCatalog.All.Max(c => c.Forms[^1].SinceMinor);

    private static readonly Func<PodFacts, PodViolation?>[][] Baseline =
        [.. Enumerable.Range(0, MaxMinor + 1).Select(minor => Compile(SecurityLevel.Baseline, minor))];

    private static readonly Func<PodFacts, PodViolation?>[][] Restricted =
        [.. Enumerable.Range(0, MaxMinor + 1).Select(minor => Compile(SecurityLevel.Restricted, minor))];

    /// <summary>What is wrong with a pod by this level; empty when nothing is.</summary>
    public static IReadOnlyList<PodViolation> Evaluate(LevelVersion policy, PodFacts pod)
    {
        if (policy.Level == SecurityLevel.Privileged)
        {
            return [];
        }

        var byVersion = policy.Level == SecurityLevel.Baseline ? Baseline : Restricted;
        List<PodViolation>? found = null;
        foreach (var find in byVersion[(int)Math.Min(policy.Version.Minor, MaxMinor)])
        {
            if (find(pod) is { } violation)
            {
                (found ??= []).Add(violation);
            }
        }

        return found ?? (IReadOnlyList<PodViolation>)[];
    }

    private static Func<PodFacts, PodViolation?>[] Compile(SecurityLevel level, int minor)
    {
        var valid = PodCheckCatalog.All.Where(c => c.Level <= level && c.Forms[0].SinceMinor <= minor).ToList();
        var overridden = valid.Select(c => c.Overrides).ToHashSet();
        return
        [
            .. valid.Where(c => !overridden.Contains(c.Id)).OrderBy(c => c.Level)
                .ThenBy(c => c.Id, StringComparer.Ordinal).Select(c => c.Forms.Last(f => f.SinceMinor <= minor).Find),
        ];
    }
}
