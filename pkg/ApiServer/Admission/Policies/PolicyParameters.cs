using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// Finds the parameters of a binding, in upstream's words (CollectParams of
/// k8s.io/apiserver/pkg/admission/plugin/policy/generic).
/// </summary>
internal static class PolicyParameters
{
    /// <summary>
    /// The parameters, each of which the policy is evaluated with: a null one where it has none. What is wrong with the
    /// reference comes back as an error.
    /// </summary>
    public static IReadOnlyList<JsonObject?> Find(
        CompiledPolicy policy, CompiledBinding binding, AdmissionRequest request, IObjectRegistry objects, out string? error)
    {
        error = binding.Defect;
        if (error is not null)
        {
            return [];
        }

        if (policy.ParameterKind is not { } kind || binding.Parameters is not { } reference)
        {
            return [null];
        }

        if (objects.ResourceOf(GroupVersionKind.Of(kind.ApiVersion, kind.Kind)) is not { } resource)
        {
            error = $"paramKind kind `{kind}` not known";
            return [];
        }

        if (!resource.Namespaced && reference.Namespace.Length > 0)
        {
            error = "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
            return [];
        }

        var ns = !resource.Namespaced ? null : reference.Namespace.Length > 0 ? reference.Namespace : request.NamespaceOrOwnName;
        if (ns?.Length == 0)
        {
            error = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
            return [];
        }

        IReadOnlyList<JsonObject?> found = reference.Selector is { } selector
            ? [.. objects.List(resource, ns).Where(o => selector.Matches(o.At("metadata.labels") as JsonObject))]
            : objects.Find(resource, ns, reference.Name) is { } named ? [named] : [];
        if (found.Count == 0 && reference.DeniesWithout)
        {
            error = "no params found for policy binding with `Deny` parameterNotFoundAction";
        }

        return found;
    }
}
