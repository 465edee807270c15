using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// Fields of a PodSpec behind gates that are off in v1.36: ClusterTrustBundleProjection, PodCertificateProjection,
/// ContainerStopSignals and GenericWorkload. https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
/// </summary>
internal static class DisabledPodFields
{
    private static readonly string[] Projections = ["clusterTrustBundle", "podCertificate"];

    private static readonly string[] Containers = ["initContainers", "containers"];

    /// <summary>Drops them from a pod or a template; a field that the stored one uses stays.</summary>
    public static void Drop(JsonObject? spec, JsonObject? old)
    {
        if (spec is null)
        {
            return;
        }

        if (old?["schedulingGroup"] is null)
        {
            spec.Remove("schedulingGroup");
        }

        foreach (var projection in Projections)
        {
            if (!Sources(old).Any(source => source.ContainsKey(projection)))
            {
                DropFrom(Sources(spec), projection);
            }
        }

        if (!Lifecycles(old).Any(owner => owner.Child("lifecycle")!.ContainsKey("stopSignal")))
        {
            DropSignals(spec);
        }
    }

    /// <summary>The same for the template of a workload.</summary>
    public static void DropFromTemplate(JsonObject obj, JsonObject? old) => Drop(
        obj.Child("spec").Child("template").Child("spec"), old.Child("spec").Child("template").Child("spec"));

    private static void DropFrom(IEnumerable<JsonObject> sources, string projection)
    {
        foreach (var source in sources)
        {
            source.Remove(projection);
        }
    }

    private static void DropSignals(JsonObject spec)
    {
        foreach (var owner in Lifecycles(spec))
        {
            var lifecycle = owner.Child("lifecycle")!;
            if (lifecycle.Remove("stopSignal") && lifecycle.Count == 0)
            {
                owner.Remove("lifecycle");
            }
        }
    }

    private static IEnumerable<JsonObject> Sources(JsonObject? spec) =>
        spec.Items("volumes").SelectMany(volume => volume.Child("projected").Items("sources"));

    private static IEnumerable<JsonObject> Lifecycles(JsonObject? spec) =>
        Containers.SelectMany(field => spec.Items(field)).Where(container => container["lifecycle"] is JsonObject);
}
