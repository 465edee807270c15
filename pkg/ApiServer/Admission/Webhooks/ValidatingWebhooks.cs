using Kube1.Api.Errors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Extensions.Webhooks;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// Calls the validating webhooks that match a write, all at once; the refusal of the first one in order counts
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/validating).
/// </summary>
internal sealed class ValidatingWebhooks : IAdmissionPlugin, IDisposable
{
    private const string FailedOpenPrefix = "failed-open.validating.webhook.admission.k8s.io/";

    private readonly WebhookConfigurations _configurations;
    private readonly WebhookClient _client;
    private readonly WebhookSelection _selection;
    private readonly WebhookCaller _caller;

    public ValidatingWebhooks(AdmissionContext context)
    {
        // Each plug-in has connections of its own, as upstream's have.
        _client = new WebhookClient(context.Objects, context.Services, context.Time);
        _configurations = new WebhookConfigurations(
            context.Store, "validatingwebhookconfigurations", AdmissionMetrics.ValidatingWebhook);
        _selection = new WebhookSelection(context.Authorizer);
        _caller = new WebhookCaller(
            _client, context.Time, context.Loggers.CreateLogger<ValidatingWebhooks>(), AdmissionMetrics.ValidatingWebhook);
    }

    /// <inheritdoc/>
    public string Name => "ValidatingAdmissionWebhook";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => _configurations.MatchesOf(request).Count > 0;

    /// <inheritdoc/>
    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        // Nobody is called before it is clear who is.
        var objects = new VersionedObjects(request);
        var called = new List<(WebhookMatch Match, VersionedWrite Shown)>();
        foreach (var match in _configurations.MatchesOf(request))
        {
            if (await _selection.ShowAsync(match, request, objects, cancellationToken).ConfigureAwait(false) is { } shown)
            {
                called.Add((match, shown));
            }
        }

        var verdicts = await Task.WhenAll(
            called.Select(c => _caller.CallAsync(c.Match, request, c.Shown, null, cancellationToken)))
            .ConfigureAwait(false);
        ApiException? first = null;
        for (var i = 0; i < verdicts.Length; i++)
        {
            foreach (var warning in verdicts[i].Warnings)
            {
                request.Warn(warning);
            }

            if (verdicts[i].FailedOpen)
            {
                request.AddAuditAnnotation($"{FailedOpenPrefix}round_0_index_{i}", called[i].Match.Webhook.Name);
            }

            first ??= verdicts[i].Refusal;
        }

        if (first is not null)
        {
            throw first;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
