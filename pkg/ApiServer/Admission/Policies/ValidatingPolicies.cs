using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Auth;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// Asks the ValidatingAdmissionPolicies. Everything that is judged of a write is judged before it is refused, so that
/// warnings and remarks of all policies come through
/// (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/).
/// </summary>
internal sealed class ValidatingPolicies(PolicySelection<ValidatingPolicy> policies, IAuthorizer authorizer)
    : IAdmissionPlugin
{
    // Audit logs must not be filled by one request; as upstream.
    private const int MaxFailuresTold = 50;
    private const int MaxAnnotationChars = 10 * 1024;

    /// <inheritdoc/>
    public string Name => "ValidatingAdmissionPolicy";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => !PolicySelection<ValidatingPolicy>.IsExempt(request);

    /// <inheritdoc/>
    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        policies.Current is { Count: > 0 } current ? ValidateAsync(current, request, cancellationToken) : default;

    private async ValueTask ValidateAsync(
        IReadOnlyList<BoundPolicy<ValidatingPolicy>> current, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var objects = new VersionedObjects(request);
        var inputs = new Dictionary<MatchedResource, PolicyInput>();
        foreach (var bound in current)
        {
            var policy = bound.Policy;
            var invocations = policies.InvocationsOf(bound, request, (b, message) => findings.Deny(policy, b, message));
            foreach (var (_, binding, seen, parameter) in invocations)
            {
                if (!inputs.TryGetValue(seen, out var input))
                {
                    try
                    {
                        var shown = await objects.ShowAsync(seen, cancellationToken).ConfigureAwait(false);
                        input = new PolicyInput(request, seen, shown, () => policies.NamespaceOf(request), authorizer);
                    }
                    catch (ApiException e)
                    {
                        findings.Deny(
                            policy, binding,
                            "failed to configure binding: failed to convert object version: " + e.Message);
                        continue;
                    }

                    inputs.Add(seen, input);
                }

                var value = parameter is null ? CelValue.Null : JsonViews.Of(parameter);
                findings.Take(policy, binding, PolicyJudge.Judge(policy, input, value, cancellationToken), request);
            }

            findings.PublishAnnotations(policy, request);
        }

        findings.PublishFailures(request);
        findings.ThrowIfDenied(request);
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
            foreach (var ignored in verdict.Ignored)
            {
                PolicyMetrics.Observe(policy, binding, ignored, "allow");
            }

            foreach (var decision in verdict.Denied)
            {
                foreach (var action in binding.Actions)
                {
                    PolicyMetrics.Observe(policy, binding, decision, action.ToLowerInvariant());
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
                Deny(policy, binding, error.Message, error.Reason);
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

            var refusal = ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.NameInErrors, message);
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
