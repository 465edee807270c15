using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// Asks the ValidatingAdmissionPolicies. Everything that is judged of a write is judged before it is refused, so that
/// warnings and remarks of all policies come through
/// (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/).
/// </summary>
internal sealed class ValidatingPolicies(PolicyIndex policies, Func<IObjectRegistry> objects, IAuthorizer authorizer)
    : IAdmissionPlugin
{
    // Audit logs must not be filled by one request; as upstream.
    private const int MaxFailuresTold = 50;
    private const int MaxAnnotationChars = 10 * 1024;

    private static readonly GroupVersionKind NamespaceKind = new("", "v1", "Namespace");

    /// <inheritdoc/>
    public string Name => "ValidatingAdmissionPolicy";

    /// <summary>Policies cannot lock themselves in, and what only asks is not a write.</summary>
    public bool Handles(AdmissionRequest request) => request.Resource.Resource is not
        (
            {
                Group: "admissionregistration.k8s.io",
                Resource: "validatingadmissionpolicies" or "validatingadmissionpolicybindings"
                    or "mutatingadmissionpolicies" or "mutatingadmissionpolicybindings"
            }
            or { Group: "authentication.k8s.io", Resource: "selfsubjectreviews" or "tokenreviews" }
            or
            {
                Group: "authorization.k8s.io",
                Resource: "localsubjectaccessreviews" or "selfsubjectaccessreviews" or "selfsubjectrulesreviews"
                    or "subjectaccessreviews"
            });

    /// <inheritdoc/>
    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var current = policies.Current;
        if (current.Count > 0)
        {
            Validate(current, request, cancellationToken);
        }

        return default;
    }

    private void Validate(
        IReadOnlyList<BoundPolicy> current, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var operation = AdmissionVariables.NameOf(request.Operation);
        var findings = new Findings();
        PolicyInput? input = null;
        foreach (var (policy, bindings) in current)
        {
            string? error = null;
            var matches = policy.Match?.Matches(request, operation, out error)
                ?? throw ApiErrors.Internal("policy contained no match constraints, a required field");
            if (error is not null)
            {
                findings.Deny(policy, null, "failed to configure policy: " + error);
            }
            else if (matches)
            {
                input ??= new PolicyInput(
                    request, request.Object, request.OldObject, () => NamespaceOf(request), authorizer);
                foreach (var binding in bindings)
                {
                    Apply(policy, binding, request, operation, input, findings, cancellationToken);
                }

                findings.PublishAnnotations(policy, request);
            }
        }

        findings.PublishFailures(request);
        findings.ThrowIfDenied(request);
    }

    private void Apply(
        CompiledPolicy policy, CompiledBinding binding, AdmissionRequest request, string operation, PolicyInput input,
        Findings findings, CancellationToken cancellationToken)
    {
        string? error = null;
        if (binding.Match?.Matches(request, operation, out error) == false && error is null)
        {
            return;
        }

        IReadOnlyList<JsonObject?> parameters =
            error is null ? PolicyParameters.Find(policy, binding, request, objects(), out error) : [];
        if (error is not null)
        {
            findings.Deny(policy, binding, "failed to configure binding: " + error);
            return;
        }

        foreach (var parameter in parameters)
        {
            var value = parameter is null ? CelValue.Null : JsonViews.Of(parameter);
            findings.Take(policy, binding, PolicyJudge.Judge(policy, input, value, cancellationToken), request);
        }
    }

    private JsonObject? NamespaceOf(AdmissionRequest request)
    {
        if (request.Namespace.Length == 0 || request.Resource.Resource is { Group: "", Resource: "namespaces" })
        {
            return null;
        }

        var registry = objects();
        return registry.Find(registry.ResourceOf(NamespaceKind)!, null, request.Namespace)
            ?? throw ApiErrors.NotFound(new GroupResource("", "namespaces"), request.Namespace);
    }

    /// <summary>What all policies say of one write.</summary>
    private sealed class Findings
    {
        private readonly List<JsonObject> _failures = [];
        private readonly Dictionary<string, List<string>> _annotations = new(StringComparer.Ordinal);
        private (string Message, string Reason)? _denied;

        /// <summary>A policy that cannot be put to use.</summary>
        public void Deny(CompiledPolicy policy, CompiledBinding? binding, string message)
        {
            if (!policy.IsIgnoredOnFailure)
            {
                Deny(policy, binding, message, "Invalid");
            }
        }

        /// <summary>Takes what the binding wants done.</summary>
        public void Take(CompiledPolicy policy, CompiledBinding binding, PolicyVerdict verdict, AdmissionRequest request)
        {
            foreach (var error in verdict.Ignored)
            {
                PolicyMetrics.Observe(policy, binding, error, "allow");
            }

            foreach (var decision in verdict.Denied)
            {
                foreach (var action in binding.Actions)
                {
                    PolicyMetrics.Observe(policy, binding, decision.Message, action.ToLowerInvariant());
                    switch (action)
                    {
                        case "Deny":
                            Deny(policy, binding, decision.Message, decision.Reason);
                            break;
                        case "Warn":
                            request.Warn(
                                $"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding "
                                + $"'{binding.Name}': {decision.Message}");
                            break;
                        case "Audit" when _failures.Count < MaxFailuresTold:
                            _failures.Add(FailureOf(policy, binding, decision));
                            break;
                    }
                }
            }

            foreach (var error in verdict.AnnotationErrors)
            {
                PolicyMetrics.Observe(policy, binding, error, "deny");
                Deny(policy, binding, error, "Invalid");
            }

            foreach (var (key, text) in verdict.Annotations)
            {
                var value = text.Length > MaxAnnotationChars ? text[..MaxAnnotationChars] : text;
                if (!_annotations.TryGetValue(key, out var values))
                {
                    _annotations[key] = values = [];
                }

                if (!values.Contains(value))
                {
                    values.Add(value);
                }
            }
        }

        /// <summary>Remarks what one policy wants remarked; several values stand in one.</summary>
        public void PublishAnnotations(CompiledPolicy policy, AdmissionRequest request)
        {
            foreach (var (key, values) in _annotations)
            {
                request.AddAuditAnnotation($"{policy.Name}/{key}", string.Join(", ", values));
            }

            _annotations.Clear();
        }

        /// <summary>Remarks what was wrong, for bindings that want it audited.</summary>
        public void PublishFailures(AdmissionRequest request)
        {
            if (_failures.Count > 0)
            {
                request.AddAuditAnnotation(
                    "validation.policy.admission.k8s.io/validation_failure",
                    new JsonArray([.. _failures]).ToJsonString());
            }
        }

        /// <summary>Refuses with the first of the reasons.</summary>
        public void ThrowIfDenied(AdmissionRequest request)
        {
            if (_denied is not var (message, reason))
            {
                return;
            }

            var name = request.Name.Length > 0
                ? request.Name
                : (string?)request.Object?["metadata"]?["name"] ?? (string?)request.Object?["metadata"]?["generateName"] ?? "";
            var refusal = ApiErrors.Forbidden(request.Resource.Resource.GroupResource, name, message);
            refusal.Status.Reason = reason;
            refusal.Status.Code = reason switch
            {
                "Forbidden" => 403,
                "Unauthorized" => 401,
                "RequestEntityTooLarge" => 413,
                _ => 422,
            };
            refusal.Status.Details!.Causes = [new V1StatusCause { Message = message }];
            throw refusal;
        }

        private void Deny(CompiledPolicy policy, CompiledBinding? binding, string message, string reason) => _denied ??= (
            binding is null
                ? $"ValidatingAdmissionPolicy '{policy.Name}' denied request: {message}"
                : $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}' denied request: {message}",
            reason);

        private static JsonObject FailureOf(CompiledPolicy policy, CompiledBinding binding, PolicyDecision decision) => new()
        {
            ["message"] = decision.Message,
            ["policy"] = policy.Name,
            ["binding"] = binding.Name,
            ["expressionIndex"] = decision.Index,
            ["validationActions"] = new JsonArray([.. binding.Actions.Select(a => JsonValue.Create(a))]),
        };
    }
}
