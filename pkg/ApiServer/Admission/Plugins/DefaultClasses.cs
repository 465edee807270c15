using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Gives an Ingress without a class the newest default one.</summary>
internal sealed class DefaultIngressClass() : AdmissionPlugin("DefaultIngressClass")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && IsFor(request, "networking.k8s.io", "ingresses");

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        if (spec["ingressClassName"] is not null
            || request.Object!["metadata"]?["annotations"]?["kubernetes.io/ingress.class"] is not null)
        {
            return;
        }

        var found = DefaultClass.Newest(
            request.Objects.List<V1IngressClass>(null), "ingressclass.kubernetes.io/is-default-class");
        if (found is not null)
        {
            spec["ingressClassName"] = found.Metadata.Name;
        }
    }
}

/// <summary>Gives a claim without a storage class the newest default one.</summary>
internal sealed class DefaultStorageClass() : AdmissionPlugin("DefaultStorageClass")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && IsFor(request, "", "persistentvolumeclaims");

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        if (spec["storageClassName"] is not null
            || request.Object!["metadata"]?["annotations"]?["volume.beta.kubernetes.io/storage-class"] is not null)
        {
            return;
        }

        var found = DefaultClass.Newest(
            request.Objects.List<V1StorageClass>(null), "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class");
        if (found is not null)
        {
            spec["storageClassName"] = found.Metadata.Name;
        }
    }
}

/// <summary>Of several defaults the newest counts, then the first by name.</summary>
internal static class DefaultClass
{
    public static T? Newest<T>(IEnumerable<T> classes, params string[] annotations) where T : class, IKubernetesObject =>
        classes.Where(c => annotations.Any(a => c.Metadata.Annotations?.GetValueOrDefault(a) == "true"))
            .OrderByDescending(c => c.Metadata.CreationTimestamp)
            .ThenBy(c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
}
