using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission.PodSecurityStandards;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Holds pods to the policy that their namespace's labels name; of workloads it warns when their pods would be refused.
/// Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/
/// </summary>
internal sealed class PodSecurity(PodSecuritySettings settings, TimeProvider time) : AdmissionPlugin("PodSecurity")
{
    private static readonly GroupResource Pods = new("", "pods");
    private static readonly GroupResource Namespaces = new("", "namespaces");

    /// <summary>Where the template of each kind of workload is.</summary>
    private static readonly FrozenDictionary<GroupResource, string[]> Templates = new Dictionary<GroupResource, string[]>
    {
        [new("", "podtemplates")] = ["template"],
        [new("", "replicationcontrollers")] = ["spec", "template"],
        [new("apps", "replicasets")] = ["spec", "template"],
        [new("apps", "deployments")] = ["spec", "template"],
        [new("apps", "statefulsets")] = ["spec", "template"],
        [new("apps", "daemonsets")] = ["spec", "template"],
        [new("batch", "jobs")] = ["spec", "template"],
        [new("batch", "cronjobs")] = ["spec", "jobTemplate", "spec", "template"],
    }.ToFrozenDictionary();

    /// <summary>What of a pod can be written without its spec.</summary>
    private static readonly FrozenSet<string> IgnoredSubresources =
        FrozenSet.Create("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");

    private readonly NamespacePods _pods = new(settings, time);

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request)
    {
        if (request.Operation is not (AdmissionOperation.Create or AdmissionOperation.Update))
        {
            return false;
        }

        var resource = request.Resource.Resource.GroupResource;
        return resource == Pods
            ? !IgnoredSubresources.Contains(request.Subresource)
            : request.Subresource.Length == 0 && (resource == Namespaces || Templates.ContainsKey(resource));
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var resource = request.Resource.Resource.GroupResource;
        if (resource == Namespaces)
        {
            ValidateNamespace(request);
        }
        else if (IsExempt(request))
        {
            PodSecurityMetrics.Exempted(request);
        }
        else if (resource == Pods)
        {
            ValidatePod(request);
        }
        else
        {
            ValidateWorkload(request, Templates[resource]);
        }
    }

    private void ValidateNamespace(AdmissionRequest request)
    {
        var name = NameOf(request);
        var labels = Labels(request.Object!);
        var errors = new FieldErrorList();
        var policy = NamespacePolicy.Of(labels, settings.Defaults, errors);
        if (request.OldObject is not { } old)
        {
            RefuseInvalid(request, name, errors);
            WarnExempt(request, name, labels, policy);
            return;
        }

        // Bad labels that are there already do not stop other changes.
        var oldErrors = new FieldErrorList();
        var oldPolicy = NamespacePolicy.Of(Labels(old), settings.Defaults, oldErrors);
        if (!errors.SequenceEqual(oldErrors))
        {
            RefuseInvalid(request, name, errors);
        }

        var (now, before) = (policy.Enforce, oldPolicy.Enforce);
        if (now == before || now.Level == SecurityLevel.Privileged
            || (now.Version == before.Version && now.Level <= before.Level))
        {
            return;
        }

        if (settings.ExemptNamespaces.Contains(name))
        {
            WarnExempt(request, name, labels, policy);
            return;
        }

        foreach (var warning in _pods.Warnings(request.Objects, name, now))
        {
            request.Warn(warning);
        }
    }

    private void ValidatePod(AdmissionRequest request)
    {
        var (policy, errors) = PolicyOf(request);
        if (policy is null)
        {
            PodSecurityMetrics.Failed(request, fatal: true);
            throw ApiErrors.Internal($"failed to lookup namespace \"{request.Namespace}\"");
        }

        if (errors.Count == 0 && policy.IsPrivileged)
        {
            PodSecurityMetrics.Evaluated(request, "enforce", policy.Enforce, allowed: true);
            Annotate(request, "enforce-policy", LevelVersion.Privileged.ToString());
            return;
        }

        var pod = request.Object!;
        if (request.Operation == AdmissionOperation.Update && !PodChange.IsSignificant(pod, request.OldObject!))
        {
            return;
        }

        Evaluate(request, policy, errors, pod, enforces: true);
    }

    private void ValidateWorkload(AdmissionRequest request, string[] path)
    {
        var (policy, errors) = PolicyOf(request);
        if (policy is null)
        {
            PodSecurityMetrics.Failed(request, fatal: true);
            Annotate(
                request, "error",
                $"failed to lookup namespace \"{request.Namespace}\": namespaces \"{request.Namespace}\" not found");
            return;
        }

        var silent = policy.Warn.Level == SecurityLevel.Privileged && policy.Audit.Level == SecurityLevel.Privileged;
        if (errors.Count == 0 && silent)
        {
            return;
        }

        JsonNode? template = request.Object;
        foreach (var name in path)
        {
            template = template?[name];
        }

        if (template is JsonObject found)
        {
            Evaluate(request, policy, errors, found, enforces: false);
        }
    }

    private void Evaluate(
        AdmissionRequest request, NamespacePolicy policy, FieldErrorList errors, JsonObject pod, bool enforces)
    {
        var spec = KubeJson.Deserialize<V1PodSpec>(pod["spec"] as JsonObject ?? []);
        if (settings.ExemptRuntimeClasses.Contains(spec.RuntimeClassName ?? ""))
        {
            PodSecurityMetrics.Exempted(request);
            Annotate(request, "exempt", "runtimeClass");
            return;
        }

        if (errors.Count > 0)
        {
            PodSecurityMetrics.Failed(request, fatal: false);
            var texts = errors.Select(e => e.ToString()).ToList();
            Annotate(
                request, "error",
                "Failed to parse policy: " + (texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts) + "]"));
        }

        var metadata = pod["metadata"] is JsonObject m ? KubeJson.Deserialize<V1ObjectMeta>(m) : null;
        var facts = PodFacts.Of(metadata, spec);
        var results = new Dictionary<LevelVersion, IReadOnlyList<PodViolation>>();
        var enforced = enforces ? Result(policy.Enforce) : [];
        if (enforces)
        {
            Annotate(request, "enforce-policy", policy.Enforce.ToString());
            PodSecurityMetrics.Evaluated(request, "enforce", policy.Enforce, enforced.Count == 0);
        }

        if (Result(policy.Audit) is { Count: > 0 } audited)
        {
            Annotate(
                request, "audit-violations",
                $"would violate PodSecurity \"{policy.Audit}\": {PodViolation.Details(audited)}");
            PodSecurityMetrics.Evaluated(request, "audit", policy.Audit, allowed: false);
        }

        if (enforced.Count > 0)
        {
            throw Forbidden(request, $"violates PodSecurity \"{policy.Enforce}\": {PodViolation.Details(enforced)}");
        }

        if (Result(policy.Warn) is { Count: > 0 } warned)
        {
            request.Warn($"would violate PodSecurity \"{policy.Warn}\": {PodViolation.Details(warned)}");
            PodSecurityMetrics.Evaluated(request, "warn", policy.Warn, allowed: false);
        }

        IReadOnlyList<PodViolation> Result(LevelVersion wanted) => results.TryGetValue(wanted, out var known)
            ? known
            : results[wanted] = PodSecurityEvaluator.Evaluate(wanted, facts);
    }

    private bool IsExempt(AdmissionRequest request)
    {
        var why = settings.ExemptNamespaces.Contains(request.Namespace) ? "namespace"
            : settings.ExemptUsers.Contains(request.User.Name) ? "user" : null;
        if (why is not null)
        {
            Annotate(request, "exempt", why);
        }

        return why is not null;
    }

    private (NamespacePolicy? Policy, FieldErrorList Errors) PolicyOf(AdmissionRequest request)
    {
        var errors = new FieldErrorList();
        return request.Objects.Get<V1Namespace>(null, request.Namespace) is { } ns
            ? (NamespacePolicy.Of(ns.Metadata.Labels, settings.Defaults, errors), errors)
            : (null, errors);
    }

    private void WarnExempt(
        AdmissionRequest request, string name, Dictionary<string, string>? labels, NamespacePolicy policy)
    {
        if (settings.ExemptNamespaces.Contains(name)
            && policy.WarningWhenExempt(name, labels, settings.Defaults) is { } warning)
        {
            request.Warn(warning);
        }
    }

    private static void RefuseInvalid(AdmissionRequest request, string name, FieldErrorList errors)
    {
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Resource.Kind, name, errors);
        }
    }

    private static Dictionary<string, string>? Labels(JsonObject obj) => (obj["metadata"]?["labels"] as JsonObject)?
        .ToDictionary(l => l.Key, l => (string?)l.Value ?? "", StringComparer.Ordinal);

    private static void Annotate(AdmissionRequest request, string key, string value) =>
        request.AddAuditAnnotation(NamespacePolicy.LabelPrefix + key, value);
}
