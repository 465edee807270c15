using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>A policy that is to be evaluated for a write.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Binding">The binding that puts it to use.</param>
/// <param name="Seen">The version in which it is about the write.</param>
/// <param name="Parameter">The object that parameterizes it; null for none.</param>
internal sealed record PolicyInvocation<TPolicy>(
    TPolicy Policy, CompiledBinding Binding, MatchedResource Seen, JsonObject? Parameter)
    where TPolicy : CompiledPolicy;

/// <summary>
/// Which policies of one sort are about a write, with which parameters
/// (k8s.io/apiserver/pkg/admission/plugin/policy/generic).
/// </summary>
internal sealed class PolicySelection<TPolicy>(PolicyIndex<TPolicy> policies, Func<IObjectRegistry> objects)
    where TPolicy : CompiledPolicy
{
    private static readonly GroupVersionKind NamespaceKind = new("", "v1", "Namespace");

    /// <summary>The policies that are bound, as of the last write.</summary>
    public IReadOnlyList<BoundPolicy<TPolicy>> Current => policies.Current;

    /// <summary>Whether no policy is about a write: they cannot lock themselves in, and what only asks is not a write.</summary>
    public static bool IsExempt(AdmissionRequest request) => request.Resource.Resource is
        {
            Group: "admissionregistration.k8s.io",
            Resource: "validatingadmissionpolicies" or "validatingadmissionpolicybindings"
                or "mutatingadmissionpolicies" or "mutatingadmissionpolicybindings"
        }
        or { Group: "authentication.k8s.io", Resource: "selfsubjectreviews" or "tokenreviews" }
        or
        {
            Group: "authorization.k8s.io",
            Resource: "localsubjectaccessreviews" or "selfsubjectaccessreviews" or "selfsubjectrulesreviews"
                or "subjectaccessreviews"
        };

    /// <summary>
    /// How a policy is to be evaluated: for each binding that is about the write, with each of its parameters. What keeps
    /// that from being said is given to <paramref name="fail"/>, with the binding that it is about.
    /// </summary>
    public IEnumerable<PolicyInvocation<TPolicy>> InvocationsOf(
        BoundPolicy<TPolicy> bound, AdmissionRequest request, Action<CompiledBinding?, string> fail)
    {
        var policy = bound.Policy;
        if (policy.Match is null)
        {
            fail(null, "failed to configure policy: policy contained no match constraints, a required field");
            yield break;
        }

        var seen = policy.Match.Find(request, out var error);
        if (error is not null)
        {
            fail(null, "failed to configure policy: " + error.Message);
            yield break;
        }

        foreach (var binding in seen is null ? [] : bound.Bindings)
        {
            foreach (var parameter in ParametersOf(policy, binding, request, fail))
            {
                yield return new PolicyInvocation<TPolicy>(policy, binding, seen!, parameter);
            }
        }
    }

    /// <summary>The namespace that expressions see; null for cluster-scoped writes. Throws 404 when it is not there.</summary>
    public JsonObject? NamespaceOf(AdmissionRequest request)
    {
        if (request.Namespace.Length == 0 || request.IsOfNamespaces)
        {
            return null;
        }

        var registry = objects();
        return registry.Find(registry.ResourceOf(NamespaceKind)!, null, request.Namespace)
            ?? throw ApiErrors.NotFound(new GroupResource("", "namespaces"), request.Namespace);
    }

    private IReadOnlyList<JsonObject?> ParametersOf(
        TPolicy policy, CompiledBinding binding, AdmissionRequest request, Action<CompiledBinding?, string> fail)
    {
        ApiException? unknown = null;
        if (binding.Match is { } match && match.Find(request, out unknown) is null && unknown is null)
        {
            return [];
        }

        var error = unknown?.Message;
        var parameters = error is null ? PolicyParameters.Find(policy, binding, request, objects(), out error) : [];
        if (error is null)
        {
            return parameters;
        }

        fail(binding, "failed to configure binding: " + error);
        return [];
    }
}
