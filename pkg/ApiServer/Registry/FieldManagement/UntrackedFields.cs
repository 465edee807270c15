using Kube1.Api.FieldSets;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>The fields that identify an object or that the server alone sets: nobody owns them.</summary>
internal static class UntrackedFields
{
    private static readonly FieldSet All = FieldSet.Of(
        "apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace", "metadata.creationTimestamp",
        "metadata.selfLink", "metadata.uid", "metadata.clusterName", "metadata.generation", "metadata.managedFields",
        "metadata.resourceVersion");

    /// <summary>A set without them.</summary>
    public static FieldSet RemoveFrom(FieldSet set) => set.Except(All);
}
