using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What the pods that a namespace has already would be found guilty of by a new policy.</summary>
internal sealed class NamespacePods(PodSecuritySettings settings, TimeProvider time)
{
    /// <summary>Upstream's bound: a label must not cost a walk over ever so many pods.</summary>
    private const int MaxPods = 3000;

    /// <summary>Upstream's bound of the time that a client waits for the answer.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    /// <summary>The warnings for whoever sets the policy.</summary>
    public List<string> Warnings(IObjectReader objects, string ns, LevelVersion enforce)
    {
        var started = time.GetTimestamp();
        var pods = Prioritized(objects.List<V1Pod>(ns));
        var groups = new Dictionary<string, (string First, int Count)>(StringComparer.Ordinal);
        var looked = 0;
        while (looked < Math.Min(pods.Count, MaxPods))
        {
            var pod = pods[looked++];
            var violations = PodSecurityEvaluator.Evaluate(enforce, PodFacts.Of(pod.Metadata, pod.Spec!));
            if (violations.Count > 0)
            {
                Count(groups, PodViolation.Reasons(violations), pod.Metadata.Name!);
            }

            if (time.GetElapsedTime(started) > MaxTime)
            {
                break;
            }
        }

        var warnings = new List<string>();
        if (looked < pods.Count)
        {
            warnings.Add(
                $"new PodSecurity enforce level only checked against the first {looked} of {pods.Count} existing pods");
        }

        if (groups.Count > 0)
        {
            warnings.Add($"existing pods in namespace \"{ns}\" violate the new PodSecurity enforce level \"{enforce}\"");
        }

        warnings.AddRange(
            groups.Select(g => $"{Names(g.Value)}: {g.Key}").Order(StringComparer.Ordinal));
        return warnings;
    }

    private static void Count(Dictionary<string, (string First, int Count)> groups, string reasons, string pod) =>
        groups[reasons] = groups.TryGetValue(reasons, out var known)
            ? (string.CompareOrdinal(pod, known.First) < 0 ? pod : known.First, known.Count + 1)
            : (pod, 1);

    private static string Names((string First, int Count) group) => group.Count switch
    {
        1 => group.First,
        2 => $"{group.First} (and 1 other pod)",
        _ => $"{group.First} (and {group.Count - 1} other pods)",
    };

    // One pod of each controller first: the others are most likely like it.
    private List<V1Pod> Prioritized(IEnumerable<V1Pod> pods)
    {
        var first = new List<V1Pod>();
        var others = new List<V1Pod>();
        var controllers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (pod.Spec is null || settings.ExemptRuntimeClasses.Contains(pod.Spec.RuntimeClassName ?? ""))
            {
                continue;
            }

            var owner = pod.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid;
            (owner is null || controllers.Add(owner) ? first : others).Add(pod);
        }

        first.AddRange(others);
        return first;
    }
}
