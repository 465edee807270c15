using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Patches;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Extensions.Webhooks;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// Calls the mutating webhooks that match a write, one after the other, and applies their patches
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/mutating).
/// </summary>
internal sealed class MutatingWebhooks : IAdmissionPlugin, IDisposable
{
    private const string MutationPrefix = "mutation.webhook.admission.k8s.io/";
    private const string PatchPrefix = "patch.webhook.admission.k8s.io/";
    private const string FailedOpenPrefix = "failed-open." + MutationPrefix;

    private readonly WebhookConfigurations _configurations;
    private readonly WebhookClient _client;
    private readonly WebhookSelection _selection;
    private readonly WebhookCaller _caller;

    public MutatingWebhooks(AdmissionContext context)
    {
        // Each plug-in has connections of its own, as upstream's have.
        _client = new WebhookClient(context.Objects, context.Services, context.Time);
        _configurations = new WebhookConfigurations(
            context.Store, "mutatingwebhookconfigurations", AdmissionMetrics.Admit);
        _selection = new WebhookSelection(context.Authorizer);
        _caller = new WebhookCaller(
            _client, context.Time, context.Loggers.CreateLogger<MutatingWebhooks>(), AdmissionMetrics.Admit);
    }

    /// <inheritdoc/>
    public string Name => "MutatingAdmissionWebhook";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => _configurations.MatchesOf(request).Count > 0;

    /// <inheritdoc/>
    public async ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var rounds = request.Reinvocation.StateOf<MutatingRounds>(Name);
        var objects = new VersionedObjects(request);
        rounds.Begin(request);
        try
        {
            foreach (var match in _configurations.MatchesOf(request))
            {
                await AdmitAsync(match, request, objects, rounds, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            rounds.End(request);
        }
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async ValueTask AdmitAsync(
        WebhookMatch match, AdmissionRequest request, VersionedObjects objects, MutatingRounds rounds,
        CancellationToken cancellationToken)
    {
        var webhook = match.Webhook;
        if (await _selection.ShowAsync(match, request, objects, cancellationToken).ConfigureAwait(false) is not { } shown
            || !rounds.IsDue(webhook.Identity, request.Reinvocation))
        {
            return;
        }

        var at = $"round_{(request.Reinvocation.IsSecondRound ? 1 : 0)}_index_{match.Index}";
        var verdict = await _caller.CallAsync(
            match, request, shown,
            answer => ApplyAsync(match, request, objects, shown, answer, at, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        request.AddAuditAnnotation(MutationPrefix + at, Remark(webhook, json => json.WriteBoolean("mutated", verdict.Changed)));
        foreach (var warning in verdict.Warnings)
        {
            request.Warn(warning);
        }

        if (verdict.Changed)
        {
            rounds.ObjectChanged();
            request.Reinvocation.Require();
        }

        if (webhook.IsReinvoked)
        {
            rounds.Called(webhook.Identity);
        }

        if (verdict.FailedOpen)
        {
            request.AddAuditAnnotation(FailedOpenPrefix + at, webhook.Name);
        }

        if (verdict.Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    private static async ValueTask<bool> ApplyAsync(
        WebhookMatch match, AdmissionRequest request, VersionedObjects objects, VersionedWrite shown,
        AdmissionReviewAnswer answer, string at, CancellationToken cancellationToken)
    {
        if (ReadPatch(answer.Patch) is not { Count: > 0 } patch)
        {
            return false;
        }

        if (shown.Object is not { } before)
        {
            throw ApiErrors.Internal(
                $"admission webhook \"{match.Webhook.Name}\" attempted to modify the object, which is not supported for this "
                + "operation");
        }

        if (answer.PatchType != "JSONPatch")
        {
            throw new WebhookCallException($"unsupported patch type {GoText.Quote(answer.PatchType)}", 400);
        }

        var changed = await objects.TakeAsync(
            match.Seen, before, Patched(before, patch), $"admission webhook \"{match.Webhook.Name}\"", isStrict: false,
            cancellationToken).ConfigureAwait(false);
        request.AddAuditAnnotation(
            PatchPrefix + at,
            Remark(match.Webhook, json =>
            {
                json.WritePropertyName("patch");
                patch.WriteTo(json);
                json.WriteString("patchType", answer.PatchType);
            }),
            showsBody: true);
        return changed;
    }

    private static JsonArray? ReadPatch(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return null;
        }

        try
        {
            var patch = WebhookJson.Parse(bytes);
            if (patch is not JsonArray list)
            {
                throw Undecodable(patch, "Patch");
            }

            return list.FirstOrDefault(operation => operation is not JsonObject) is { } wrong
                ? throw Undecodable(wrong, "Operation")
                : list;
        }
        catch (JsonException e)
        {
            throw new WebhookCallException(
                "received undecodable patch in webhook response: " + (GoJsonSyntax.Describe(bytes) ?? e.Message), 503, e);
        }
    }

    private static WebhookCallException Undecodable(JsonNode? node, string type) => new(
        "received undecodable patch in webhook response: json: cannot unmarshal "
        + $"{WebhookJson.GoName(node)} into Go value of type jsonpatch.{type}");

    private static JsonObject Patched(JsonObject before, JsonArray patch)
    {
        try
        {
            return JsonPatch.Apply(before, patch) as JsonObject
                ?? throw ApiErrors.Internal("the patched document is no object");
        }
        catch (ApiException e) when (!e.Is(StatusReasons.InternalError))
        {
            // The reason is what the webhook's author needs; clients that patch are not told it.
            throw ApiErrors.Internal(e.InnerException?.Message ?? e.Message, e);
        }
    }

    private static string Remark(CompiledWebhook webhook, Action<Utf8JsonWriter> rest)
    {
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("configuration", webhook.Configuration);
            json.WriteString("webhook", webhook.Name);
            rest(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
