using System.Globalization;
using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>
/// The annotations in which a Deployment and its ReplicaSets keep revisions and the size last asked for.
/// </summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    /// <summary>Upstream's limit: a set that is rolled back to again and again keeps its newest revisions.</summary>
    private const int MaxHistoryChars = 2000;

    /// <summary>What stays on the Deployment, or means something else on a ReplicaSet.</summary>
    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Revision, RevisionHistory, DesiredReplicas, MaxReplicas,
        "deprecated.deployment.rollback.to",
    ];

    /// <summary>The revision of a ReplicaSet or Deployment; 0 for none.</summary>
    public static long RevisionOf(IKubernetesObject obj) =>
        long.TryParse(Get(obj, Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    /// <summary>A count noted on a ReplicaSet; null when it is missing or no number.</summary>
    public static int? CountOf(V1ReplicaSet set, string annotation) =>
        int.TryParse(Get(set, annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Notes the size that the Deployment asks for; true when that changed the set.</summary>
    public static bool SetSizes(V1ReplicaSet set, int desired, int max) =>
        Set(set, DesiredReplicas, Text(desired)) | Set(set, MaxReplicas, Text(max));

    public static bool NeedsSizes(V1ReplicaSet set, int desired, int max) =>
        Get(set, DesiredReplicas) != Text(desired) || Get(set, MaxReplicas) != Text(max);

    /// <summary>
    /// Makes the set the newest revision, with the Deployment's own annotations; true when that changed it.
    /// </summary>
    public static bool SetOnNewest(V1Deployment deployment, V1ReplicaSet set, long revision, bool isNew)
    {
        var changed = false;
        foreach (var (name, value) in deployment.Metadata.Annotations ?? [])
        {
            changed |= !NotCopied.Contains(name) && Set(set, name, value);
        }

        // An older revision than it has already means that the cache is behind: leave it.
        var old = RevisionOf(set);
        if (old < revision)
        {
            if (old > 0)
            {
                Set(set, RevisionHistory, AppendHistory(Get(set, RevisionHistory), Text(old)));
            }

            changed |= Set(set, Revision, Text(revision));
        }

        if (isNew)
        {
            var rollout = RolloutMath.Of(deployment);
            changed |= SetSizes(set, rollout.Replicas, rollout.Replicas + rollout.MaxSurge);
        }

        return changed;
    }

    private static string AppendHistory(string? history, string revision)
    {
        if (string.IsNullOrEmpty(history))
        {
            return revision;
        }

        var entries = history.Split(',').Append(revision).ToList();
        while (entries.Count > 1 && entries.Sum(e => e.Length + 1) - 1 > MaxHistoryChars)
        {
            entries.RemoveAt(0);
        }

        return string.Join(',', entries);
    }

    private static string? Get(IKubernetesObject obj, string name) => obj.Metadata.Annotations?.GetValueOrDefault(name);

    private static bool Set(IKubernetesObject obj, string name, string value)
    {
        if (Get(obj, name) == value)
        {
            return false;
        }

        (obj.Metadata.Annotations ??= [])[name] = value;
        return true;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
