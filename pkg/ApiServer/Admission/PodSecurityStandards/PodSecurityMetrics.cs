using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Kube1.Api;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Upstream's counters of Pod Security.</summary>
internal static class PodSecurityMetrics
{
    private static readonly Counter<long> Evaluations = ApiMetrics.Meter.CreateCounter<long>(
        "pod_security_evaluations_total", null,
        "Number of policy evaluations that occurred, not counting ignored or exempt requests.");

    private static readonly Counter<long> Exemptions = ApiMetrics.Meter.CreateCounter<long>(
        "pod_security_exemptions_total", null,
        "Number of exempt requests, not counting ignored or out of scope requests.");

    private static readonly Counter<long> Errors = ApiMetrics.Meter.CreateCounter<long>(
        "pod_security_errors_total", null, "Number of errors preventing normal evaluation.");

    private static readonly int OwnMinor = int.Parse(KubernetesRelease.Minor, CultureInfo.InvariantCulture);

    /// <summary>A pod was held to a policy.</summary>
    public static void Evaluated(AdmissionRequest request, string mode, LevelVersion policy, bool allowed)
    {
        var tags = Tags(request);
        tags.Add("decision", allowed ? "allow" : "deny");
        tags.Add("policy_level", policy.LevelName);
        tags.Add("policy_version", Version(policy));
        tags.Add("mode", mode);
        Evaluations.Add(1, tags);
    }

    /// <summary>A request was let through by configuration.</summary>
    public static void Exempted(AdmissionRequest request) => Exemptions.Add(1, Tags(request));

    /// <summary>A policy could not be read.</summary>
    public static void Failed(AdmissionRequest request, bool fatal)
    {
        var tags = Tags(request);
        tags.Add("fatal", fatal ? "true" : "false");
        Errors.Add(1, tags);
    }

    // What anybody may write into a label must not become ever new series.
    private static string Version(LevelVersion policy) =>
        policy.Level == SecurityLevel.Privileged || policy.Version == PolicyVersion.Latest ? "latest"
        : policy.Version.Minor > OwnMinor ? "future" : policy.Version.ToString();

    private static TagList Tags(AdmissionRequest request) => new()
    {
        { "request_operation", request.Operation == AdmissionOperation.Create ? "create" : "update" },
        { "resource", request.Resource.Resource.GroupResource is { Group: "", Resource: "pods" } ? "pod" : "controller" },
        { "subresource", request.Subresource },
    };
}
