using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Nothing new comes into a namespace that does not exist or is going away; the system's own stay.</summary>
internal sealed class NamespaceLifecycle() : AdmissionPlugin("NamespaceLifecycle")
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation switch
    {
        AdmissionOperation.Delete => IsNamespace(request),

        // What is there may be changed, or finalizers could not be taken away; access reviews ask about any namespace.
        AdmissionOperation.Create => request.Namespace.Length > 0 && !IsNamespace(request)
            && request.Resource.Resource.GroupResource
                is not { Group: "authorization.k8s.io", Resource: "localsubjectaccessreviews" },
        _ => false,
    };

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        if (request.Operation == AdmissionOperation.Delete)
        {
            if (Immortal.Contains(request.Name))
            {
                throw Forbidden(request, "this namespace may not be deleted");
            }

            return;
        }

        var ns = request.Objects.Get<V1Namespace>(null, request.Namespace)
            ?? throw ApiErrors.NotFound(new GroupResource("", "namespaces"), request.Namespace);
        if (ns.Status?.Phase != "Terminating")
        {
            return;
        }

        var refusal = Forbidden(
            request, $"unable to create new content in namespace {request.Namespace} because it is being terminated");
        refusal.Status.Details!.Causes =
        [
            new V1StatusCause
            {
                Reason = "NamespaceTerminating",
                Message = $"namespace {request.Namespace} is being terminated",
                Field = "metadata.namespace",
            },
        ];
        throw refusal;
    }

    private static bool IsNamespace(AdmissionRequest request) =>
        request.Resource.Resource is { Group: "", Resource: "namespaces" };
}
