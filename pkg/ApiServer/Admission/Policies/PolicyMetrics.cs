using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// What policies decide, under upstream's name and labels
/// (k8s.io/apiserver/pkg/admission/plugin/policy/validating/metrics).
/// </summary>
internal static class PolicyMetrics
{
    private static readonly Counter<long> Checks = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_validating_admission_policy_check_total", null,
        "What validating admission policies decided, by policy, binding and action.");

    /// <summary>A decision has been acted on: deny, audit, warn; allow for a failure that is ignored.</summary>
    public static void Observe(CompiledPolicy policy, CompiledBinding binding, string message, string action) => Checks.Add(
        1,
        new TagList
        {
            Tag("policy", policy.Name), Tag("policy_binding", binding.Name), Tag("error_type", ErrorTypeOf(message)),
            Tag("enforcement_action", action),
        });

    // As upstream, which tells by the message, and counts a validation that is false among the errors.
    private static string ErrorTypeOf(string message) =>
        message.StartsWith("compilation", StringComparison.Ordinal) ? "compile_error"
        : message.StartsWith(PolicyEvaluation.OutOfBudget, StringComparison.Ordinal) ? "out_of_budget"
        : "invalid_error";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
