using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// What policies decide and do, under upstream's names and labels
/// (k8s.io/apiserver/pkg/admission/plugin/policy/validating/metrics and mutating/metrics).
/// </summary>
internal static class PolicyMetrics
{
    private static readonly Counter<long> Checks = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_validating_admission_policy_check_total", null,
        "What validating admission policies decided, by policy, binding and action.");

    private static readonly Histogram<double> CheckDurations = Durations(
        "apiserver_validating_admission_policy_check_duration_seconds",
        "Latency of single expressions of validating admission policies in seconds, by policy, binding and action.");

    private static readonly Counter<long> Mutations = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_mutating_admission_policy_check_total", null,
        "Mutations of mutating admission policies, by policy, binding and kind of error.");

    private static readonly Histogram<double> MutationDurations = Durations(
        "apiserver_mutating_admission_policy_check_duration_seconds",
        "Latency of single mutations of mutating admission policies in seconds, by policy and binding.");

    /// <summary>A mutation has been made, or (with an error) could not be.</summary>
    public static void ObserveMutation(CompiledPolicy policy, CompiledBinding binding, string? error, TimeSpan elapsed)
    {
        var tags = new TagList
        {
            Tag("policy", policy.Name), Tag("policy_binding", binding.Name),
            Tag("error_type", error is null ? "no_error" : ErrorTypeOf(error)),
        };
        Mutations.Add(1, tags);
        MutationDurations.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A decision has been acted on: deny, audit, warn; allow for a failure that is ignored.</summary>
    public static void Observe(CompiledPolicy policy, CompiledBinding binding, PolicyDecision decision, string action)
    {
        var tags = new TagList
        {
            Tag("policy", policy.Name), Tag("policy_binding", binding.Name),
            Tag("error_type", ErrorTypeOf(decision.Message)), Tag("enforcement_action", action),
        };
        Checks.Add(1, tags);
        CheckDurations.Record(decision.Elapsed.TotalSeconds, tags);
    }

    private static Histogram<double> Durations(string name, string description) => ApiMetrics.Meter.CreateHistogram(
        name, "s", description, null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0000005, 0.001, 0.01, 0.1, 1.0] });

    // As upstream, which tells by the message, and counts a validation that is false among the errors.
    private static string ErrorTypeOf(string message) =>
        message.StartsWith("compilation", StringComparison.Ordinal) ? "compile_error"
        : message.StartsWith(PolicyEvaluation.OutOfBudget, StringComparison.Ordinal) ? "out_of_budget"
        : "invalid_error";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
