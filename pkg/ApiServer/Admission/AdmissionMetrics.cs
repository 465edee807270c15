using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Admission;

/// <summary>How long admission takes and what it refuses, under upstream's names (k8s.io/apiserver/pkg/admission/metrics).</summary>
internal static class AdmissionMetrics
{
    /// <summary>The value of "type" for mutating admission.</summary>
    public const string Admit = "admit";

    /// <summary>The value of "type" for validating admission.</summary>
    public const string Validate = "validate";

    /// <summary>The value of "type" for validating webhooks, which upstream names so.</summary>
    public const string ValidatingWebhook = "validating";

    // Codes above are counted as this one, so that a server that makes up codes makes no labels.
    private const int MaxCode = 600;

    private static readonly double[] PhaseBounds = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5];

    private static readonly Histogram<double> Step = Durations(
        "apiserver_admission_step_admission_duration_seconds",
        "Admission sub-step latency in seconds, by operation and step type (validate or admit).", PhaseBounds);

    private static readonly Histogram<double> Controller = Durations(
        "apiserver_admission_controller_admission_duration_seconds",
        "Admission controller latency in seconds, by name, operation and type (validate or admit).", PhaseBounds);

    private static readonly Histogram<double> Webhook = Durations(
        "apiserver_admission_webhook_admission_duration_seconds",
        "Admission webhook latency in seconds, by name, operation and type (validating or admit).",
        [.. PhaseBounds, 10, 25]);

    private static readonly Counter<long> WebhookRequests = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_admission_webhook_request_total", null,
        "Admission webhook requests, by name, type, operation, HTTP status code and whether they were rejected.");

    private static readonly Counter<long> WebhookRejections = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_admission_webhook_rejection_count", null,
        "Admission webhook rejections, by name, type, operation, kind of error and the code of the rejection.");

    private static readonly Counter<long> WebhookFailOpens = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_admission_webhook_fail_open_count", null, "Admission webhooks that failed open, by name and type.");

    private static readonly Counter<long> MatchConditionErrors = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_admission_match_condition_evaluation_errors_total", null,
        "Match conditions that could not be evaluated, by name, kind, type and operation.");

    private static readonly Counter<long> MatchConditionExclusions = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_admission_match_condition_exclusions_total", null,
        "Requests that match conditions left out, by name, kind, type and operation.");

    private static readonly Histogram<double> MatchConditionTime = Durations(
        "apiserver_admission_match_condition_evaluation_seconds",
        "Evaluation of all match conditions in seconds, by name, kind, type and operation.",
        [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25]);

    /// <summary>A whole phase of admission is over.</summary>
    public static void ObserveStep(AdmissionRequest request, string type, TimeSpan elapsed, bool rejected) => Step.Record(
        elapsed.TotalSeconds, Tag("type", type), Tag("operation", NameOf(request.Operation)), Rejected(rejected));

    /// <summary>A plug-in is done with a request.</summary>
    public static void ObserveController(
        string name, AdmissionRequest request, string type, TimeSpan elapsed, bool rejected) => Controller.Record(
        elapsed.TotalSeconds,
        new TagList
        {
            Tag("name", name), Tag("type", type), Tag("operation", NameOf(request.Operation)), Rejected(rejected),
        });

    /// <summary>A webhook has been called, or could not be.</summary>
    public static void ObserveWebhook(
        string name, AdmissionRequest request, string type, TimeSpan elapsed, int code, bool rejected)
    {
        var operation = Tag("operation", NameOf(request.Operation));
        Webhook.Record(
            elapsed.TotalSeconds,
            new TagList { Tag("name", name), Tag("type", type), operation, Rejected(rejected) });
        WebhookRequests.Add(
            1, new TagList { Tag("name", name), Tag("type", type), operation, Code("code", code), Rejected(rejected) });
    }

    /// <summary>
    /// A webhook has ended a request; <paramref name="errorType"/> is no_error, calling_webhook_error or
    /// apiserver_internal_error.
    /// </summary>
    public static void ObserveRejection(
        string name, AdmissionRequest request, string type, string errorType, int code) => WebhookRejections.Add(
        1,
        new TagList
        {
            Tag("name", name), Tag("type", type), Tag("operation", NameOf(request.Operation)), Tag("error_type", errorType),
            Code("rejection_code", code),
        });

    /// <summary>A webhook's failure has been ignored.</summary>
    public static void ObserveFailOpen(string name, string type) =>
        WebhookFailOpens.Add(1, Tag("name", name), Tag("type", type));

    /// <summary>Match conditions have been evaluated, of which some could not be.</summary>
    public static void ObserveMatchConditions(
        MatchConditionOwner owner, AdmissionRequest request, TimeSpan elapsed, int errors)
    {
        var tags = TagsOf(owner, request);
        MatchConditionTime.Record(elapsed.TotalSeconds, tags);
        if (errors > 0)
        {
            MatchConditionErrors.Add(errors, tags);
        }
    }

    /// <summary>Match conditions have left a request out. As upstream, those of webhooks alone count.</summary>
    public static void ObserveExclusion(MatchConditionOwner owner, AdmissionRequest request) =>
        MatchConditionExclusions.Add(1, TagsOf(owner, request));

    /// <summary>"CREATE", as admission reviews name an operation.</summary>
    public static string NameOf(AdmissionOperation operation) => operation switch
    {
        AdmissionOperation.Create => "CREATE",
        AdmissionOperation.Update => "UPDATE",
        AdmissionOperation.Delete => "DELETE",
        _ => "CONNECT",
    };

    private static Histogram<double> Durations(string name, string description, double[] bounds) =>
        ApiMetrics.Meter.CreateHistogram(
            name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static TagList TagsOf(MatchConditionOwner owner, AdmissionRequest request) => new()
    {
        Tag("name", owner.Name), Tag("kind", owner.Kind), Tag("type", owner.Type),
        Tag("operation", NameOf(request.Operation)),
    };

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static KeyValuePair<string, object?> Rejected(bool rejected) => new("rejected", rejected ? "true" : "false");

    private static KeyValuePair<string, object?> Code(string name, int code) =>
        new(name, Math.Min(code, MaxCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
