using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry.AdmissionRegistration;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>How objects get from one version of a custom resource to another, with upstream's paths and words.</summary>
internal static class ConversionRules
{
    private const string NotWebhook = "should not be set when strategy is not set to Webhook";

    private static readonly string[] ReviewVersions = ["v1", "v1beta1"];

    /// <summary>Checks a conversion; a stored one that names no known review version need not name one now.</summary>
    public static void Validate(JsonObject conversion, JsonObject? old, FieldPath path, FieldErrorList errors)
    {
        var strategy = conversion.Text("strategy");
        DefinitionRules.ValidateChoice(strategy, path.Child("strategy"), errors, "None", "Webhook");
        var webhook = conversion.Child("webhook");
        var client = webhook.Child("clientConfig");
        var (clientAt, versionsAt) = (path.Child("webhookClientConfig"), path.Child("conversionReviewVersions"));
        if (strategy != "Webhook")
        {
            if (client is not null)
            {
                errors.Forbidden(clientAt, NotWebhook);
            }

            if (webhook.Count("conversionReviewVersions") > 0)
            {
                errors.Forbidden(versionsAt, NotWebhook);
            }

            return;
        }

        if (client is null)
        {
            errors.Required(clientAt, "required when strategy is set to Webhook");
        }
        else
        {
            WebhookClientRules.Validate(client, clientAt, errors);
            ValidateBundle(client.Text("caBundle"), old, clientAt.Child("caBundle"), errors);
        }

        var before = old.Child("spec").Child("conversion").Child("webhook");
        var needKnown = before.Count("conversionReviewVersions") == 0
            || before.Texts("conversionReviewVersions").Any(ReviewVersions.Contains);
        ValidateVersions([.. webhook.Texts("conversionReviewVersions")], needKnown, versionsAt, errors);
    }

    // A bundle that cannot be read may stay as long as nothing is served, or where one like it has been all along.
    private static void ValidateBundle(string bundle, JsonObject? old, FieldPath path, FieldErrorList errors)
    {
        if (bundle.Length == 0 || old?.Condition("Established") != "True")
        {
            return;
        }

        var before = old.Text("spec.conversion.webhook.clientConfig.caBundle");
        if ((before.Length == 0 || WhatIsWrong(before) is null) && WhatIsWrong(bundle) is { } wrong)
        {
            errors.Invalid(path, bundle, "unable to load root certificates: " + wrong);
        }
    }

    private static string? WhatIsWrong(string bundle)
    {
        try
        {
            var certificates = PemBundle.Read(bundle);
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }

            return certificates.Count > 0 ? null : "unable to parse bytes as PEM block";
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return "no valid certificate authority data seen";
        }
    }

    private static void ValidateVersions(List<string> versions, bool needKnown, FieldPath path, FieldErrorList errors)
    {
        if (versions.Count == 0)
        {
            errors.Required(path);
            return;
        }

        var seen = new HashSet<string>();
        foreach (var (version, at) in versions.Indexed(path))
        {
            if (!seen.Add(version))
            {
                errors.Invalid(at, version, "duplicate version");
            }
            else
            {
                errors.AddMessages(at, version, NameRules.IsDns1035Label, evenEmpty: true);
            }
        }

        if (needKnown && !versions.Any(ReviewVersions.Contains))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(versions), "must include at least one of " + string.Join(", ", ReviewVersions));
        }
    }
}
