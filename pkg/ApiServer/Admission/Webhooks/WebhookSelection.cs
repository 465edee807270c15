using Kube1.Api.Errors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>Whether a webhook whose rules match is called: its selectors and match conditions.</summary>
/// <param name="authorizer">Answers the expressions of match conditions.</param>
internal sealed class WebhookSelection(IAuthorizer authorizer)
{
    /// <summary>
    /// The objects of a write as a webhook is to see them; null when it is not called. Throws when that cannot be said: 404
    /// for a namespace that is not there, 403 for conditions that fail, 500 for objects that cannot be converted.
    /// </summary>
    public async ValueTask<VersionedWrite?> ShowAsync(
        WebhookMatch match, AdmissionRequest request, VersionedObjects objects, CancellationToken cancellationToken)
    {
        if (!match.Webhook.Selectors.Match(request, out var error))
        {
            return null;
        }

        if (error is not null)
        {
            throw error;
        }

        VersionedWrite shown;
        try
        {
            shown = await objects.ShowAsync(match.Seen, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (!e.Is(StatusReasons.InternalError))
        {
            throw ApiErrors.Internal(e.Message, e);
        }

        return MeetsConditions(match, request, shown, cancellationToken) ? shown : null;
    }

    private bool MeetsConditions(
        WebhookMatch match, AdmissionRequest request, VersionedWrite shown, CancellationToken cancellationToken)
    {
        var webhook = match.Webhook;
        if (webhook.Conditions is not { } conditions)
        {
            return true;
        }

        // Upstream shows no namespace to conditions.
        var outcome = conditions.Evaluate(
            new PolicyInput(request, match.Seen, shown, static () => null, authorizer), cancellationToken);
        if (!outcome.Matches)
        {
            AdmissionMetrics.ObserveExclusion(conditions.Owner, request);
            return false;
        }

        if (outcome.Error is null)
        {
            return true;
        }

        return webhook.IsIgnoredOnFailure
            ? false
            : throw ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.Name, outcome.Error);
    }
}
