using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>A webhook of a configuration, read once for all requests.</summary>
internal sealed class CompiledWebhook
{
    private const long DefaultTimeoutSeconds = 10;

    private CompiledWebhook(string configuration, int position, JsonObject webhook, string type)
    {
        Configuration = configuration;
        Name = webhook.Text("name");
        Identity = $"{configuration}/{Name}/{position}";
        Rules = new ResourceRules(webhook.Items("rules"), ResourceRules.IsExact(webhook.Text("matchPolicy")));
        Selectors = new RequestSelectors(webhook);
        IsIgnoredOnFailure = webhook.Text("failurePolicy") == "Ignore";
        SideEffects = webhook.Text("sideEffects");
        Timeout = TimeSpan.FromSeconds(webhook.Integer("timeoutSeconds") ?? DefaultTimeoutSeconds);
        ReviewVersion = webhook.Texts("admissionReviewVersions").FirstOrDefault(v => v is "v1" or "v1beta1");
        IsReinvoked = webhook.Text("reinvocationPolicy") == "IfNeeded";
        Target = WebhookTarget.Of(webhook["clientConfig"] as JsonObject ?? []);
        Conditions = MatchConditions.Compile(
            new MatchConditionOwner(Name, "webhook", type),
            webhook.Items("matchConditions").Select(c => c.Text("expression")),
            PolicyEnvironment.OfConditions(hasParameters: false));
    }

    /// <summary>The configuration's name.</summary>
    public string Configuration { get; }

    /// <summary>The webhook's name, which need not be the only one.</summary>
    public string Name { get; }

    /// <summary>What tells it apart from all others.</summary>
    public string Identity { get; }

    /// <summary>What it is about.</summary>
    public ResourceRules Rules { get; }

    /// <summary>Which namespaces and objects it is about.</summary>
    public RequestSelectors Selectors { get; }

    /// <summary>Whether requests pass when it cannot be asked.</summary>
    public bool IsIgnoredOnFailure { get; }

    /// <summary>"None", "NoneOnDryRun", "Some" or "Unknown"; empty in old objects.</summary>
    public string SideEffects { get; }

    /// <summary>How long it may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The version of AdmissionReview that it wants first; null when it knows none that this server does.</summary>
    public string? ReviewVersion { get; }

    /// <summary>Whether it is called again when the object has changed after it.</summary>
    public bool IsReinvoked { get; }

    /// <summary>Where it is.</summary>
    public WebhookTarget Target { get; }

    /// <summary>Its matchConditions; null for none.</summary>
    public MatchConditions? Conditions { get; }

    /// <summary>Reads the webhooks of a configuration, in their order; <paramref name="type"/> is theirs in metrics.</summary>
    public static CompiledWebhook[] AllOf(JsonObject configuration, string type)
    {
        var name = configuration.Text("metadata.name");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. configuration.Items("webhooks").Select(webhook =>
            {
                var position = seen.GetValueOrDefault(webhook.Text("name"));
                seen[webhook.Text("name")] = position + 1;
                return new CompiledWebhook(name, position, webhook, type);
            }),
        ];
    }
}
