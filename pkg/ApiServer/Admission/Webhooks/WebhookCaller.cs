using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Extensions.Webhooks;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>What came of a call.</summary>
/// <param name="Refusal">What ends the request; null when it goes on.</param>
/// <param name="Changed">Whether the webhook has changed the object.</param>
/// <param name="FailedOpen">Whether the webhook could not be asked, and that is ignored.</param>
/// <param name="Warnings">Warnings for the client.</param>
internal sealed record WebhookVerdict(
    ApiException? Refusal, bool Changed, bool FailedOpen, IReadOnlyList<string> Warnings);

/// <summary>
/// Asks one webhook about one write and says what follows: failurePolicy, dry run, deadline, metrics. Mutating and
/// validating webhooks differ in what is done with the answer.
/// </summary>
internal sealed partial class WebhookCaller(WebhookClient client, TimeProvider time, ILogger logger, string type)
{
    private const string CallError = "calling_webhook_error";
    private const string ServerError = "apiserver_internal_error";
    private const string NoError = "no_error";

    /// <summary>
    /// Asks. What is sent is made before the first await, so that callers may run calls side by side.
    /// <paramref name="apply"/> takes an answer that allows the write and returns whether it changed the object.
    /// </summary>
    public async Task<WebhookVerdict> CallAsync(
        WebhookMatch match, AdmissionRequest request, VersionedWrite shown,
        Func<AdmissionReviewAnswer, ValueTask<bool>>? apply, CancellationToken cancellationToken)
    {
        var name = match.Webhook.Name;
        var start = time.GetTimestamp();
        IReadOnlyList<string> warnings = [];
        try
        {
            var answer = await AskAsync(match, request, shown, apply is not null, cancellationToken)
                .ConfigureAwait(false);
            warnings = answer.Warnings;
            Annotate(name, request, answer);
            var refusal = answer.Allowed ? null : answer.Refusal(name);
            if (refusal is not null)
            {
                AdmissionMetrics.ObserveRejection(name, request, type, NoError, refusal.Code);
            }

            var changed = refusal is null && apply is not null && await apply(answer).ConfigureAwait(false);
            Observe(refusal?.Code ?? 200, rejected: refusal is not null);
            return new WebhookVerdict(refusal, changed, FailedOpen: false, warnings);
        }
        catch (WebhookCallException e)
        {
            var verdict = Failed(match, request, e) with { Warnings = warnings };
            Observe(e.Code, rejected: !match.Webhook.IsIgnoredOnFailure);
            return verdict;
        }
        catch (ApiException e)
        {
            AdmissionMetrics.ObserveRejection(name, request, type, ServerError, 0);
            Observe(0, rejected: true);
            return new WebhookVerdict(e, Changed: false, FailedOpen: false, warnings);
        }

        void Observe(int code, bool rejected) =>
            AdmissionMetrics.ObserveWebhook(name, request, type, time.GetElapsedTime(start), code, rejected);
    }

    private async Task<AdmissionReviewAnswer> AskAsync(
        WebhookMatch match, AdmissionRequest request, VersionedWrite shown, bool isMutating,
        CancellationToken cancellationToken)
    {
        var webhook = match.Webhook;
        CheckDryRun(webhook, request);
        var version = webhook.ReviewVersion ?? throw new WebhookCallException(
            "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)", 400);
        var uid = Guid.NewGuid().ToString();
        var review = AdmissionReviewWriter.Write(version, uid, match.Seen, request, shown);
        JsonObject answer;
        try
        {
            answer = await client.PostAsync(
                webhook.Target, review, PatienceFor(webhook, request), WebhookClient.MaxReviewBytes, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (WebhookCallException e)
        {
            var stage = e.IsConfiguration ? "could not get REST client: " : "failed to call webhook: ";
            throw new WebhookCallException(stage + e.Message, e.Code, e);
        }

        return AdmissionReviewAnswer.Read(answer, version, uid, isMutating);
    }

    // The webhook's own time, and no more than is left to the request.
    private TimeSpan PatienceFor(CompiledWebhook webhook, AdmissionRequest request)
    {
        var left = Left(request);
        if (left <= TimeSpan.Zero)
        {
            throw OutOfTime();
        }

        return left < webhook.Timeout ? left : webhook.Timeout;
    }

    private TimeSpan Left(AdmissionRequest request) => request.Origin!.Deadline - time.GetUtcNow();

    private static void CheckDryRun(CompiledWebhook webhook, AdmissionRequest request)
    {
        if (!request.DryRun)
        {
            return;
        }

        if (webhook.SideEffects.Length == 0)
        {
            throw new WebhookCallException("Webhook SideEffects is nil", 400);
        }

        if (webhook.SideEffects is not ("None" or "NoneOnDryRun"))
        {
            throw ApiErrors.BadRequest($"admission webhook \"{webhook.Name}\" does not support dry run");
        }
    }

    private WebhookVerdict Failed(WebhookMatch match, AdmissionRequest request, WebhookCallException failure)
    {
        var webhook = match.Webhook;
        var reason = $"failed calling webhook \"{webhook.Name}\": {failure.Message}";
        if (webhook.IsIgnoredOnFailure)
        {
            LogFailedOpen(reason);
            AdmissionMetrics.ObserveFailOpen(webhook.Name, type);
            return new WebhookVerdict(
                Left(request) > TimeSpan.Zero ? null : OutOfTime(), Changed: false, FailedOpen: true, []);
        }

        LogFailedClosed(reason);
        AdmissionMetrics.ObserveRejection(webhook.Name, request, type, CallError, failure.Code);
        return new WebhookVerdict(ApiErrors.Internal(reason, failure), Changed: false, FailedOpen: false, []);
    }

    private void Annotate(string webhook, AdmissionRequest request, AdmissionReviewAnswer answer)
    {
        foreach (var (key, value) in answer.AuditAnnotations)
        {
            var full = webhook + "/" + key;
            if (!request.AddAuditAnnotation(full, value))
            {
                LogAnnotationDropped(webhook, full);
            }
        }
    }

    private static ApiException OutOfTime() =>
        ApiErrors.Timeout("Timeout: request did not complete within requested timeout", 0);
}
