using System.Collections.Concurrent;
using Kube1.Api;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>A webhook whose rules match, and the form in which they do.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Index">Its place among all webhooks.</param>
/// <param name="Form">The resource in the version that the rule names.</param>
/// <param name="Kind">The kind of the body in that version.</param>
internal sealed record WebhookMatch(CompiledWebhook Webhook, int Index, ServedResource Form, GroupVersionKind Kind);

/// <summary>
/// All webhooks of one kind in their order. Which of them a kind of request matches is worked out once: afterwards, a
/// request that matches none costs one look-up.
/// </summary>
internal sealed class WebhookIndex(IReadOnlyList<CompiledWebhook> webhooks)
{
    /// <summary>
    /// More than resources, subresources and operations of a cluster with many custom resources; they come and go, so
    /// at the bound the index starts again.
    /// </summary>
    private const int MaxCached = 16_384;

    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");

    private readonly ConcurrentDictionary<(ServedResource, string, AdmissionOperation), WebhookMatch[]> _matches = new();

    /// <summary>No webhooks.</summary>
    public static WebhookIndex Empty { get; } = new([]);

    /// <summary>The webhooks whose rules match a request, in order.</summary>
    public IReadOnlyList<WebhookMatch> MatchesOf(AdmissionRequest request)
    {
        if (webhooks.Count == 0)
        {
            return [];
        }

        var origin = request.Origin
            ?? throw new InvalidOperationException("a write without its request cannot be shown to webhooks");
        var key = (origin.Resource, request.Subresource, request.Operation);
        if (_matches.TryGetValue(key, out var found))
        {
            return found;
        }

        if (_matches.Count >= MaxCached)
        {
            _matches.Clear();
        }

        return _matches[key] = [.. Find(origin, request.Subresource, request.Operation)];
    }

    /// <summary>The kind of a subresource's body; null where the resource has no such subresource.</summary>
    public static GroupVersionKind? KindOf(ServedResource form, string subresource) => subresource.Length == 0
        ? form.Descriptor.Kind
        : form.Descriptor.Subresources.FirstOrDefault(s => s.Name == subresource)?.Kind;

    private IEnumerable<WebhookMatch> Find(AdmissionOrigin origin, string subresource, AdmissionOperation operation)
    {
        var requested = origin.Resource;
        var others = origin.Resources.FormsOf(requested).Where(f => f != requested).ToList();
        for (var i = 0; i < webhooks.Count; i++)
        {
            if (FormFor(webhooks[i], requested, others, subresource, operation) is { } form
                && KindOf(form, subresource) is { } kind)
            {
                yield return new WebhookMatch(webhooks[i], i, form, kind);
            }
        }
    }

    // The form that was asked for before all others; of those, the one that the first rule to match any names.
    private static ServedResource? FormFor(
        CompiledWebhook webhook, ServedResource requested, IReadOnlyList<ServedResource> others, string subresource,
        AdmissionOperation operation)
    {
        if (webhook.Rules.Any(rule => Matches(rule, requested, subresource, operation)))
        {
            return requested;
        }

        return webhook.IsExact ? null : webhook.Rules
            .Select(rule => others.FirstOrDefault(
                o => KindOf(o, subresource) is not null && Matches(rule, o, subresource, operation)))
            .FirstOrDefault(form => form is not null);
    }

    private static bool Matches(
        WebhookRule rule, ServedResource form, string subresource, AdmissionOperation operation)
    {
        var resource = form.Descriptor.Resource;
        return rule.Matches(
            AdmissionMetrics.NameOf(operation), resource, subresource, form.Descriptor.Namespaced && resource != Namespaces);
    }
}
