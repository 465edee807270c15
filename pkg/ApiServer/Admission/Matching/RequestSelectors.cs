using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>
/// The namespaceSelector and objectSelector of a webhook, policy or binding
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/predicates).
/// </summary>
internal sealed class RequestSelectors
{
    private readonly LabelSelector _namespaces = LabelSelector.Everything;
    private readonly LabelSelector _objects = LabelSelector.Everything;

    // Why the selectors cannot be read, which validation does not let happen.
    private readonly string? _defect;

    /// <summary>Reads the selectors of what has them.</summary>
    public RequestSelectors(JsonObject owner)
    {
        try
        {
            _namespaces = Selector(owner, "namespaceSelector");
            _objects = Selector(owner, "objectSelector");
        }
        catch (FormatException e)
        {
            _defect = e.Message;
        }
    }

    /// <summary>
    /// Whether a write is selected. True with an error when that cannot be said, which matters only for what rules are
    /// about.
    /// </summary>
    public bool Match(AdmissionRequest request, out ApiException? error)
    {
        error = _defect is null ? null : ApiErrors.Internal(_defect);
        return error is not null
            || ((_objects.IsEmpty || HasLabels(request.Object) || HasLabels(request.OldObject))
                && IsInNamespace(request, out error));
    }

    /// <summary>A selector of JSON; everything when there is none. Throws <see cref="FormatException"/>.</summary>
    public static LabelSelector Selector(JsonObject owner, string field) => owner[field] is JsonObject { Count: > 0 } selector
        ? LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(selector))
        : LabelSelector.Everything;

    private bool IsInNamespace(AdmissionRequest request, out ApiException? error)
    {
        error = null;
        if (_namespaces.IsEmpty)
        {
            return true;
        }

        // A namespace that is being made or changed is judged by the labels that it is to have.
        if (request.IsOfNamespaces && request.Subresource.Length == 0 && request.Object is { } changed)
        {
            return _namespaces.Matches(changed.At("metadata.labels") as JsonObject);
        }

        var name = request.NamespaceOrOwnName;
        if (name.Length == 0)
        {
            return true;
        }

        if (request.Objects.Get<V1Namespace>(null, name) is not { } ns)
        {
            error = ApiErrors.NotFound(new GroupResource("", "namespaces"), name);
            return true;
        }

        return _namespaces.Matches(ns.Metadata.Labels);
    }

    private bool HasLabels(JsonObject? obj) =>
        obj?["metadata"] is JsonObject metadata && _objects.Matches(metadata["labels"] as JsonObject);
}
