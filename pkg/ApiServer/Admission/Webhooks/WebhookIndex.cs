using System.Collections.Concurrent;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>A webhook whose rules match, and the form in which they do.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Index">Its place among all webhooks.</param>
/// <param name="Seen">The form.</param>
internal sealed record WebhookMatch(CompiledWebhook Webhook, int Index, MatchedResource Seen);

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

        var key = (request.Forms.Requested.Form, request.Subresource, request.Operation);
        if (_matches.TryGetValue(key, out var found))
        {
            return found;
        }

        if (_matches.Count >= MaxCached)
        {
            _matches.Clear();
        }

        return _matches[key] = [.. Find(request)];
    }

    private IEnumerable<WebhookMatch> Find(AdmissionRequest request)
    {
        for (var i = 0; i < webhooks.Count; i++)
        {
            // Rules of webhooks name no objects.
            if (webhooks[i].Rules.Find(request.Forms, request.Operation, request.Subresource, "") is { } seen)
            {
                yield return new WebhookMatch(webhooks[i], i, seen);
            }
        }
    }
}
