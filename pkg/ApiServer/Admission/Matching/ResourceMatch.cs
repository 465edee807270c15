using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>
/// What a policy or binding is about, read once for all requests (MatchResources;
/// k8s.io/apiserver/pkg/admission/plugin/policy/matching).
/// </summary>
internal sealed class ResourceMatch
{
    private readonly ResourceRule[] _rules;
    private readonly ResourceRule[] _excluded;
    private readonly LabelSelector _namespaces = LabelSelector.Everything;
    private readonly LabelSelector _objects = LabelSelector.Everything;

    // Why the selectors cannot be read, which validation does not let happen.
    private readonly string? _defect;

    /// <summary>Reads a MatchResources.</summary>
    public ResourceMatch(JsonObject match)
    {
        _rules = [.. match.Items("resourceRules").Select(r => new ResourceRule(r))];
        _excluded = [.. match.Items("excludeResourceRules").Select(r => new ResourceRule(r))];
        try
        {
            _namespaces = Selector(match, "namespaceSelector");
            _objects = Selector(match, "objectSelector");
        }
        catch (FormatException e)
        {
            _defect = e.Message;
        }
    }

    /// <summary>
    /// Whether a write is meant. Without rules all are. What keeps that from being said comes back as an error, for writes
    /// that the rules mean.
    /// </summary>
    public bool Matches(AdmissionRequest request, string operation, out string? error)
    {
        error = _defect;
        var inNamespace = error is not null || IsInNamespace(request, out error);
        if (!inNamespace || (!_objects.IsEmpty && !Has(request.Object) && !Has(request.OldObject))
            || _excluded.Any(r => r.Matches(request, operation))
            || (_rules.Length > 0 && !_rules.Any(r => r.Matches(request, operation))))
        {
            error = null;
            return false;
        }

        return error is null;
    }

    /// <summary>A selector of JSON; everything when there is none. Throws <see cref="FormatException"/>.</summary>
    public static LabelSelector Selector(JsonObject owner, string field) => owner[field] is JsonObject selector
        ? LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(selector))
        : LabelSelector.Everything;

    private static bool IsNamespace(AdmissionRequest request) =>
        request.Resource.Resource is { Group: "", Resource: "namespaces" };

    // True with an error when the namespace is not known.
    private bool IsInNamespace(AdmissionRequest request, out string? error)
    {
        error = null;
        if (_namespaces.IsEmpty)
        {
            return true;
        }

        // A namespace that is being made or changed is judged by the labels that it is to have.
        if (IsNamespace(request) && request.Subresource.Length == 0 && request.Object is { } changed)
        {
            return _namespaces.Matches(changed.At("metadata.labels") as JsonObject);
        }

        var name = IsNamespace(request) ? request.Name : request.Namespace;
        if (name.Length == 0)
        {
            return true;
        }

        if (request.Objects.Get<V1Namespace>(null, name) is not { } ns)
        {
            error = ApiErrors.NotFound(new GroupResource("", "namespaces"), name).Message;
            return true;
        }

        return _namespaces.Matches(ns.Metadata.Labels);
    }

    private bool Has(JsonObject? obj) =>
        obj?["metadata"] is JsonObject metadata && _objects.Matches(metadata["labels"] as JsonObject);
}
