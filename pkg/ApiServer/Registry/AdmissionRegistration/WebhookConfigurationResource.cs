using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// Mutating- and ValidatingWebhookConfigurations:
/// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
/// </summary>
internal sealed class WebhookConfigurationResource(bool mutating) : ResourceStrategy
{
    private const long TimeoutSeconds = 10;

    private const long HttpsPort = 443;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        foreach (var webhook in obj.Items("webhooks"))
        {
            webhook.Default("failurePolicy", "Fail");
            webhook.Default("matchPolicy", "Equivalent");
            webhook.Default("timeoutSeconds", TimeoutSeconds);
            webhook.Ensure("namespaceSelector");
            webhook.Ensure("objectSelector");
            webhook.Child("clientConfig").Child("service")?.Default("port", HttpsPort);
            if (mutating)
            {
                webhook.Default("reinvocationPolicy", "Never");
            }

            foreach (var rule in webhook.Items("rules"))
            {
                rule.Default("scope", "*");
            }
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        WebhookRules.Validate(obj, null, mutating, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        WebhookRules.Validate(obj, old, mutating, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.CountOf("Webhooks", "Webhooks in it", "webhooks"), Columns.Age];
}
