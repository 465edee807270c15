using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>Whether a webhook whose rules match is called: its selectors and match conditions.</summary>
internal static class WebhookSelection
{
    /// <summary>Throws when that cannot be said: 404 for a namespace that is not there, 403 for conditions that fail.</summary>
    public static bool IsCalled(WebhookMatch match, AdmissionRequest request, VersionedObjects objects, string type)
    {
        var webhook = match.Webhook;
        if (webhook.Defect is { } defect)
        {
            throw ApiErrors.Internal(defect);
        }

        if (!webhook.Objects.IsEmpty && !HasLabels(webhook.Objects, request.Object)
            && !HasLabels(webhook.Objects, request.OldObject))
        {
            return false;
        }

        return IsInNamespace(webhook.Namespaces, request) && MeetsConditions(match, request, objects, type);
    }

    /// <summary>The namespace that a write is in; that of a namespace is itself.</summary>
    public static string NamespaceOf(AdmissionRequest request)
    {
        if (!IsNamespaces(request))
        {
            return request.Namespace;
        }

        return request.Name.Length > 0 || request.Object is null ? request.Name : ObjectMetadata.Of(request.Object).Name;
    }

    private static bool IsNamespaces(AdmissionRequest request) =>
        request.Resource.Resource is { Group: "", Resource: "namespaces" };

    private static bool IsInNamespace(LabelSelector selector, AdmissionRequest request)
    {
        if (selector.IsEmpty)
        {
            return true;
        }

        // A namespace that is being made or changed is judged by the labels that it is to have.
        if (IsNamespaces(request) && request.Subresource.Length == 0 && request.Object is { } changed)
        {
            return selector.Matches(changed.At("metadata.labels") as JsonObject);
        }

        var name = NamespaceOf(request);
        if (name.Length == 0)
        {
            return true;
        }

        var ns = request.Objects.Get<V1Namespace>(null, name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "namespaces"), name);
        return selector.Matches(ns.Metadata.Labels);
    }

    private static bool HasLabels(LabelSelector selector, JsonObject? obj) =>
        obj?["metadata"] is JsonObject metadata && selector.Matches(metadata["labels"] as JsonObject);

    private static bool MeetsConditions(
        WebhookMatch match, AdmissionRequest request, VersionedObjects objects, string type)
    {
        var webhook = match.Webhook;
        if (webhook.Conditions is not { } conditions)
        {
            return true;
        }

        var outcome = conditions.Evaluate(new MatchConditionInput(
            request, match.Kind, match.Form.Descriptor.Resource, objects.ObjectFor(match), objects.OldObjectFor(match)));
        if (!outcome.Matches)
        {
            AdmissionMetrics.ObserveMatchConditions(webhook.Name, request, type, isError: false);
            return false;
        }

        if (outcome.Error is null)
        {
            return true;
        }

        AdmissionMetrics.ObserveMatchConditions(webhook.Name, request, type, isError: true);
        return webhook.IsIgnoredOnFailure
            ? false
            : throw ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.Name, outcome.Error);
    }
}
