namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>A rule of the Pod Security Standards.</summary>
/// <param name="Id">Upstream's id: the order of a refusal's reasons.</param>
/// <param name="Level">The laxest level that has the rule.</param>
/// <param name="Forms">The rule as it changed over the releases, oldest first.</param>
internal sealed record PodCheck(string Id, SecurityLevel Level, params IReadOnlyList<PodCheckForm> Forms)
{
    /// <summary>Which rule of the baseline this stricter one replaces; null for none.</summary>
    public string? Overrides { get; init; }
}

/// <summary>What a rule says from a release on.</summary>
/// <param name="SinceMinor">The first minor release.</param>
/// <param name="Find">Finds what is wrong; null when nothing is.</param>
internal sealed record PodCheckForm(int SinceMinor, Func<PodFacts, PodViolation?> Find);
