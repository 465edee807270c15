using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>
/// What a policy or binding is about, read once for all requests (MatchResources;
/// k8s.io/apiserver/pkg/admission/plugin/policy/matching).
/// </summary>
internal sealed class ResourceMatch
{
    private readonly ResourceRules _rules;
    private readonly ResourceRules _excluded;
    private readonly RequestSelectors _selectors;

    /// <summary>Reads a MatchResources.</summary>
    public ResourceMatch(JsonObject match)
    {
        var isExact = ResourceRules.IsExact(match.Text("matchPolicy"));
        _rules = new ResourceRules(match.Items("resourceRules"), isExact);
        _excluded = new ResourceRules(match.Items("excludeResourceRules"), isExact);
        _selectors = new RequestSelectors(match);
    }

    /// <summary>
    /// The form in which a write is meant; null when it is not. Without rules all writes are. What keeps that from being
    /// said comes back as an error, for writes that the rules mean.
    /// </summary>
    public MatchedResource? Find(AdmissionRequest request, out ApiException? error)
    {
        if (!_selectors.Match(request, out error))
        {
            return null;
        }

        var found = Find(_excluded, request) is not null ? null
            : _rules.IsEmpty ? request.Forms.Requested
            : Find(_rules, request);
        if (found is null)
        {
            error = null;
        }

        return found;
    }

    private static MatchedResource? Find(ResourceRules rules, AdmissionRequest request) =>
        rules.Find(request.Forms, request.Operation, request.Subresource, request.RequestedName);
}
