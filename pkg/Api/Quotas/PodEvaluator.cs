using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Api.Quotas;

/// <summary>Pods: their number, and what they request and are limited to until they have ended.</summary>
public sealed class PodEvaluator() : QuotaEvaluator(new GroupResource("", "pods"))
{
    private const string RequestsPrefix = "requests.";
    private const string HugePagesPrefix = "hugepages-";

    private static readonly HashSet<string> Fixed =
    [
        "count/pods", "pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ];

    private static readonly string[] Computing = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>A quota for one of these obliges every container to say how much; upstream holds that for a mistake of old.</summary>
    private static readonly HashSet<string> Obliging =
        ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <inheritdoc/>
    public override bool Tracks(string name) => Fixed.Contains(name)
        || name.StartsWith(HugePagesPrefix, StringComparison.Ordinal)
        || name.StartsWith(RequestsPrefix + HugePagesPrefix, StringComparison.Ordinal)
        || (name.StartsWith(RequestsPrefix, StringComparison.Ordinal) && !IsNative(name));

    /// <inheritdoc/>
    public override object Decode(JsonObject obj) => KubeJson.Deserialize<V1Pod>(obj);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now)
    {
        var pod = (V1Pod)obj;
        var usage = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [CountName] = One };
        if (IsLive(pod, now))
        {
            ResourceSums.AddTo(usage, Compute(PodResourceTotals.Requests(pod), PodResourceTotals.Limits(pod)));
        }

        return usage;
    }

    /// <inheritdoc/>
    public override bool IsIn(V1ScopedResourceSelectorRequirement scope, object obj)
    {
        var pod = (V1Pod)obj;
        return scope.ScopeName switch
        {
            "Terminating" => IsTerminating(pod),
            "NotTerminating" => !IsTerminating(pod),
            "BestEffort" => IsBestEffort(pod),
            "NotBestEffort" => !IsBestEffort(pod),
            "PriorityClass" => Fulfils(
                scope, string.IsNullOrEmpty(pod.Spec?.PriorityClassName) ? [] : [pod.Spec.PriorityClassName]),
            "CrossNamespacePodAffinity" => UsesOtherNamespaces(pod.Spec?.Affinity),
            _ => false,
        };
    }

    /// <inheritdoc/>
    public override string? Missing(IReadOnlyCollection<string> limited, object obj)
    {
        var pod = (V1Pod)obj;
        if (pod.Spec is null || pod.Spec.Resources is { Requests.Count: > 0 } or { Limits.Count: > 0 })
        {
            return null;
        }

        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
        {
            var given = Compute(
                container.Resources?.Requests ?? Nothing, container.Resources?.Limits ?? Nothing);
            foreach (var name in limited.Where(name => Obliging.Contains(name) && !given.ContainsKey(name)))
            {
                if (!missing.TryGetValue(name, out var containers))
                {
                    missing[name] = containers = new SortedSet<string>(StringComparer.Ordinal);
                }

                containers.Add(container.Name);
            }
        }

        return missing.Count == 0
            ? null
            : "must specify " + string.Join("; ", missing.Select(m => $"{m.Key} for: {string.Join(",", m.Value)}"));
    }

    /// <summary>Whether a pod holds resources: it has not ended, and is not past its time.</summary>
    public static bool IsLive(V1Pod pod, DateTimeOffset now)
    {
        if (pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return false;
        }

        // The timestamp has the grace period in it already; upstream adds it once more.
        return pod.Metadata.DeletionTimestamp is not { } due || pod.Metadata.DeletionGracePeriodSeconds is not { } grace
            || now <= due + TimeSpan.FromSeconds(grace);
    }

    private static Dictionary<string, ResourceQuantity> Nothing { get; } = [];

    private static Dictionary<string, ResourceQuantity> Compute(
        Dictionary<string, ResourceQuantity> requests, Dictionary<string, ResourceQuantity> limits)
    {
        var usage = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { ["pods"] = One };
        foreach (var name in Computing)
        {
            if (requests.TryGetValue(name, out var request))
            {
                usage[name] = request;
                usage[RequestsPrefix + name] = request;
            }

            if (limits.TryGetValue(name, out var limit))
            {
                usage["limits." + name] = limit;
            }
        }

        foreach (var (name, request) in requests)
        {
            if (name.StartsWith(HugePagesPrefix, StringComparison.Ordinal))
            {
                usage[name] = request;
                usage[RequestsPrefix + name] = request;
            }
            else if (!IsNative(name) && !name.StartsWith(RequestsPrefix, StringComparison.Ordinal))
            {
                // Extended resources cannot be overcommitted, so that only requests are counted.
                usage[RequestsPrefix + name] = request;
            }
        }

        return usage;
    }

    private static bool IsNative(string name) =>
        !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool IsTerminating(V1Pod pod) => pod.Spec?.ActiveDeadlineSeconds >= 0;

    private static bool IsBestEffort(V1Pod pod)
    {
        if (pod.Status?.QosClass is { Length: > 0 } known)
        {
            return known == "BestEffort";
        }

        return pod.Spec?.Resources is { Requests.Count: > 0 } or { Limits.Count: > 0 }
            ? !AsksForComputing(pod.Spec.Resources)
            : !(pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).Any(c => AsksForComputing(c.Resources));
    }

    private static bool AsksForComputing(V1ResourceRequirements? resources) =>
        (resources?.Requests ?? []).Concat(resources?.Limits ?? [])
            .Any(r => r.Key is "cpu" or "memory" && r.Value.Sign > 0);

    private static bool UsesOtherNamespaces(V1Affinity? affinity) =>
        Uses(affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution)
        || Uses(affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.Select(t => t.PodAffinityTerm))
        || Uses(affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution)
        || Uses(affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.Select(t => t.PodAffinityTerm));

    private static bool Uses(IEnumerable<V1PodAffinityTerm>? terms) =>
        terms?.Any(t => t.Namespaces is { Count: > 0 } || t.NamespaceSelector is not null) == true;
}
