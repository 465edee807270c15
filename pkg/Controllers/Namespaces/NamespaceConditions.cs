using Kube1.Api.Models;

namespace Kube1.Controllers.Namespaces;

/// <summary>The conditions that tell why a namespace is still there, with upstream's reasons and messages.</summary>
internal static class NamespaceConditions
{
    /// <summary>True when a condition has changed.</summary>
    public static bool Apply(V1NamespaceStatus status, NamespaceRemains remains, DateTimeOffset now)
    {
        var changed = Set(
            status, now, "NamespaceDeletionDiscoveryFailure", remains.DiscoveryFailures.Count > 0,
            ("DiscoveryFailed", $"Discovery failed for some groups, {remains.DiscoveryFailures.Count} failing: "
                + string.Join(", ", remains.DiscoveryFailures)),
            ("ResourcesDiscovered", "All resources successfully discovered"));

        // Group versions arrive in parts here, never as one text: there is nothing that could fail to parse.
        changed |= Set(
            status, now, "NamespaceDeletionGroupVersionParsingFailure", false, ("GroupVersionParsingFailed", ""),
            ("ParsedGroupVersions", "All legacy kube types successfully parsed"));
        changed |= Set(
            status, now, "NamespaceDeletionContentFailure", remains.DeletionFailures.Count > 0,
            ("ContentDeletionFailed", "Failed to delete all resource types, "
                + $"{remains.DeletionFailures.Count} remaining: {string.Join(", ", remains.DeletionFailures)}"),
            ("ContentDeleted", "All content successfully deleted, may be waiting on finalization"));
        changed |= Set(
            status, now, "NamespaceContentRemaining", remains.Instances.Count > 0,
            ("SomeResourcesRemain", "Some resources are remaining: "
                + string.Join(", ", remains.Instances.Select(i => $"{i.Key} has {i.Value} resource instances"))),
            ("ContentRemoved", "All content successfully removed"));
        changed |= Set(
            status, now, "NamespaceFinalizersRemaining", remains.Finalizers.Count > 0,
            ("SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: "
                + string.Join(", ", remains.Finalizers.Select(f => $"{f.Key} in {f.Value} resource instances"))),
            ("ContentHasNoFinalizers", "All content-preserving finalizers finished"));
        return changed;
    }

    private static bool Set(
        V1NamespaceStatus status, DateTimeOffset now, string type, bool holds, (string Reason, string Message) bad,
        (string Reason, string Message) good)
    {
        var (reason, message) = holds ? bad : good;
        var value = holds ? "True" : "False";
        status.Conditions ??= [];
        var condition = status.Conditions.Find(c => c.Type == type);
        if (condition is not null && condition.Status == value && condition.Reason == reason
            && condition.Message == message)
        {
            return false;
        }

        if (condition is null)
        {
            status.Conditions.Add(condition = new V1NamespaceCondition { Type = type });
        }

        if (condition.Status != value)
        {
            condition.LastTransitionTime = now;
        }

        (condition.Status, condition.Reason, condition.Message) = (value, reason, message);
        return true;
    }
}
