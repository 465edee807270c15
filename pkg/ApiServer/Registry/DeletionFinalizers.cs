using Kube1.Api.Models;

namespace Kube1.ApiServer.Registry;

/// <summary>How a delete's propagation policy becomes finalizers that the garbage collector acts on.</summary>
internal static class DeletionFinalizers
{
    /// <summary>Dependents stay: the collector takes their owner reference away.</summary>
    public const string Orphan = "orphan";

    /// <summary>Dependents go first.</summary>
    public const string Foreground = "foregroundDeletion";

    /// <summary>The policy of a kind that the collector does not look at: nobody would take its finalizers away.</summary>
    public const string Unsupported = nameof(Unsupported);

    /// <summary>The finalizers of the object once its deletion has been asked for with these options.</summary>
    public static IReadOnlyList<string> After(
        IReadOnlyList<string> finalizers, V1DeleteOptions options, string defaultPolicy)
    {
        var isCollected = defaultPolicy != Unsupported;
        var orphan = isCollected && WantsOrphan(finalizers, options, defaultPolicy);
        var foreground = isCollected && !orphan && WantsForeground(finalizers, options);
        var result = finalizers.Where(f => f is not (Orphan or Foreground)).ToList();
        if (orphan)
        {
            result.Add(Orphan);
        }

        if (foreground)
        {
            result.Add(Foreground);
        }

        return result;
    }

    private static bool WantsOrphan(IReadOnlyList<string> finalizers, V1DeleteOptions options, string defaultPolicy) =>
        options switch
        {
            { OrphanDependents: { } orphan } => orphan,
            { PropagationPolicy: { } policy } => policy == "Orphan",
            _ => finalizers.Contains(Orphan)
                || (!finalizers.Contains(Foreground) && defaultPolicy == "Orphan"),
        };

    private static bool WantsForeground(IReadOnlyList<string> finalizers, V1DeleteOptions options) => options switch
    {
        { OrphanDependents: not null } => false,
        { PropagationPolicy: { } policy } => policy == "Foreground",
        _ => finalizers.Contains(Foreground),
    };
}
