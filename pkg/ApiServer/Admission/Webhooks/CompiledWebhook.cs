using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>A webhook of a configuration, read once for all requests.</summary>
internal sealed class CompiledWebhook
{
    private const long DefaultTimeoutSeconds = 10;

    private CompiledWebhook(string configuration, int position, JsonObject webhook, IMatchConditionEvaluator evaluator)
    {
        Configuration = configuration;
        Name = webhook.Text("name");
        Identity = $"{configuration}/{Name}/{position}";
        Rules = [.. Items(webhook, "rules").Select(WebhookRule.Of)];
        IsExact = webhook.Text("matchPolicy") == "Exact";
        try
        {
            Namespaces = Selector(webhook, "namespaceSelector");
            Objects = Selector(webhook, "objectSelector");
        }
        catch (FormatException e)
        {
            Defect = e.Message;
        }

        IsIgnoredOnFailure = webhook.Text("failurePolicy") == "Ignore";
        SideEffects = webhook.Text("sideEffects");
        Timeout = TimeSpan.FromSeconds(webhook.Integer("timeoutSeconds") ?? DefaultTimeoutSeconds);
        ReviewVersion = webhook.Texts("admissionReviewVersions").FirstOrDefault(v => v is "v1" or "v1beta1");
        IsReinvoked = webhook.Text("reinvocationPolicy") == "IfNeeded";
        Target = WebhookTarget.Of(webhook["clientConfig"] as JsonObject ?? []);
        List<MatchCondition> conditions =
            [.. Items(webhook, "matchConditions").Select(c => new MatchCondition(c.Text("name"), c.Text("expression")))];
        Conditions = conditions.Count == 0 ? null : evaluator.Compile(conditions);
    }

    /// <summary>The configuration's name.</summary>
    public string Configuration { get; }

    /// <summary>The webhook's name, which need not be the only one.</summary>
    public string Name { get; }

    /// <summary>What tells it apart from all others.</summary>
    public string Identity { get; }

    /// <summary>What it is about.</summary>
    public IReadOnlyList<WebhookRule> Rules { get; }

    /// <summary>Whether its rules mean their resources alone, and not the same objects in another version.</summary>
    public bool IsExact { get; }

    /// <summary>Which namespaces it is about.</summary>
    public LabelSelector Namespaces { get; } = LabelSelector.Everything;

    /// <summary>Which objects it is about.</summary>
    public LabelSelector Objects { get; } = LabelSelector.Everything;

    /// <summary>Why its selectors cannot be read, which validation does not let happen: what its rules match then fails.</summary>
    public string? Defect { get; }

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
    public ICompiledMatchConditions? Conditions { get; }

    /// <summary>Reads the webhooks of a configuration, in their order.</summary>
    public static CompiledWebhook[] AllOf(JsonObject configuration, IMatchConditionEvaluator evaluator)
    {
        var name = configuration.Text("metadata.name");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. Items(configuration, "webhooks").Select(webhook =>
            {
                var position = seen.GetValueOrDefault(webhook.Text("name"));
                seen[webhook.Text("name")] = position + 1;
                return new CompiledWebhook(name, position, webhook, evaluator);
            }),
        ];
    }

    private static LabelSelector Selector(JsonObject webhook, string field) =>
        webhook[field] is JsonObject { Count: > 0 } selector
            ? LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(selector))
            : LabelSelector.Everything;

    private static IEnumerable<JsonObject> Items(JsonObject obj, string field) =>
        (obj[field] as JsonArray ?? []).OfType<JsonObject>();
}
