using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// Why a write is refused: policies that could not be put to use, and do not want that ignored. All are told, and the first
/// gives the message and the reason.
/// </summary>
internal sealed class PolicyFailures
{
    private readonly List<(string Message, string Reason)> _failures = [];

    /// <summary>A policy failed, with a binding or (null) as a whole.</summary>
    public void Add(
        CompiledPolicy policy, CompiledBinding? binding, string message, string reason = StatusReasons.Forbidden)
    {
        if (!policy.IsIgnoredOnFailure)
        {
            _failures.Add((
                binding is null
                    ? $"policy \"{policy.Name}\" denied request: {message}"
                    : $"policy '{policy.Name}' with binding '{binding.Name}' denied request: {message}",
                reason));
        }
    }

    /// <summary>Refuses. The code is 403 whatever the reason is, as upstream.</summary>
    public void ThrowIfAny(AdmissionRequest request)
    {
        if (_failures.Count == 0)
        {
            return;
        }

        var (message, reason) = _failures[0];
        var refusal = ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.NameInErrors, message);
        refusal.Status.Message = message;
        refusal.Status.Reason = reason;
        refusal.Status.Details!.Causes = [.. _failures.Select(f => new V1StatusCause { Message = f.Message })];
        throw refusal;
    }
}
