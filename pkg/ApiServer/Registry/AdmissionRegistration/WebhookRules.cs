using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// What webhook configurations must obey; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/admissionregistration/validation. What all webhooks of a stored configuration do not
/// obey is not asked of a changed one.
/// </summary>
internal static class WebhookRules
{
    private const long MaxTimeoutSeconds = 30;

    private static readonly string[] FailurePolicies = ["Fail", "Ignore"];

    private static readonly string[] MatchPolicies = ["Equivalent", "Exact"];

    private static readonly string[] ReinvocationPolicies = ["IfNeeded", "Never"];

    private static readonly string[] AllSideEffects = ["None", "NoneOnDryRun", "Some", "Unknown"];

    private static readonly string[] NoSideEffects = ["None", "NoneOnDryRun"];

    private static readonly string[] ReviewVersions = ["v1", "v1beta1"];

    /// <summary>Checks a configuration.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, bool mutating, FieldErrorList errors)
    {
        var before = old.Items("webhooks").ToList();
        var sideEffects = old is null || before.All(w => NoSideEffects.Contains(w.Text("sideEffects")))
            ? NoSideEffects : AllSideEffects;
        var known = old is null || before.All(w =>
            w.Count("admissionReviewVersions") == 0 || w.Texts("admissionReviewVersions").Any(ReviewVersions.Contains));
        var unique = old is null || before.Select(w => w.Text("name")).Distinct().Count() == before.Count;
        var conditions = old is null || ConditionsChanged(obj, before);
        var names = new HashSet<string>();
        foreach (var (webhook, at) in obj.Items("webhooks").Indexed(FieldPath.Of("webhooks")))
        {
            ValidateWebhook(webhook, sideEffects, at, errors);
            if (mutating && webhook["reinvocationPolicy"] is not null)
            {
                Choice(webhook, "reinvocationPolicy", ReinvocationPolicies, at, errors);
            }

            WebhookClientRules.Validate(webhook.Child("clientConfig") ?? [], at.Child("clientConfig"), errors);
            if (conditions)
            {
                MatchConditionRules.Validate(webhook, at.Child("matchConditions"), hasParameters: false, errors);
            }

            ValidateVersions(
                [.. webhook.Texts("admissionReviewVersions")], known, at.Child("admissionReviewVersions"), errors);
            var name = webhook.Text("name");
            if (unique && name.Length > 0 && !names.Add(name))
            {
                errors.Duplicate(at.Child("name"), name);
            }
        }
    }

    private static bool ConditionsChanged(JsonObject obj, List<JsonObject> before)
    {
        var now = obj.Items("webhooks").ToList();
        return now.Count != before.Count
            || now.Zip(before).Any(w => !JsonNode.DeepEquals(w.First["matchConditions"], w.Second["matchConditions"]));
    }

    private static void ValidateWebhook(
        JsonObject webhook, string[] sideEffects, FieldPath path, FieldErrorList errors)
    {
        DomainRules.FullyQualifiedName(webhook.Text("name"), path.Child("name"), errors);
        foreach (var (rule, at) in webhook.Items("rules").Indexed(path.Child("rules")))
        {
            RequestRuleRules.Validate(rule, at, errors);
        }

        Choice(webhook, "failurePolicy", FailurePolicies, path, errors);
        Choice(webhook, "matchPolicy", MatchPolicies, path, errors);
        if (webhook["sideEffects"] is null)
        {
            errors.Required(path.Child("sideEffects"), "must specify one of " + string.Join(", ", sideEffects));
        }
        else
        {
            Choice(webhook, "sideEffects", sideEffects, path, errors);
        }

        if (webhook.Integer("timeoutSeconds") is (< 1 or > MaxTimeoutSeconds) and var timeout)
        {
            errors.Invalid(
                path.Child("timeoutSeconds"), timeout, $"the timeout value must be between 1 and {MaxTimeoutSeconds} seconds");
        }

        errors.Selector(path.Child("namespaceSelector"), webhook.Child("namespaceSelector"));
        errors.Selector(path.Child("objectSelector"), webhook.Child("objectSelector"));
    }

    private static void Choice(
        JsonObject webhook, string field, string[] choices, FieldPath path, FieldErrorList errors)
    {
        if (webhook[field] is not null && webhook.Text(field) is var value && !choices.Contains(value))
        {
            errors.NotOneOf(path.Child(field), value, choices);
        }
    }

    private static void ValidateVersions(List<string> versions, bool known, FieldPath path, FieldErrorList errors)
    {
        if (versions.Count == 0)
        {
            errors.Required(path, "must specify one of " + string.Join(", ", ReviewVersions));
            return;
        }

        var seen = new HashSet<string>();
        foreach (var (version, at) in versions.Indexed(path))
        {
            if (!seen.Add(version))
            {
                errors.Invalid(at, version, "duplicate version");
                continue;
            }

            errors.AddMessages(at, version, NameRules.IsDns1035Label, evenEmpty: true);
        }

        if (known && !versions.Any(ReviewVersions.Contains))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(versions),
                "must include at least one of " + string.Join(", ", ReviewVersions));
        }
    }
}
