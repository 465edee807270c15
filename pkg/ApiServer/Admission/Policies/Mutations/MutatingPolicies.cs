using Kube1.Api.Errors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Auth;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// Lets the MutatingAdmissionPolicies change a write, in the order of their names. Which of them are about the write is
/// settled before the first changes anything
/// (https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/).
/// </summary>
internal sealed class MutatingPolicies(
    PolicySelection<MutatingPolicy> policies, IAuthorizer authorizer, TimeProvider time) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "MutatingAdmissionPolicy";

    /// <summary>A delete has no body that could be changed.</summary>
    public bool Handles(AdmissionRequest request) => request.Operation != AdmissionOperation.Delete
        && !PolicySelection<MutatingPolicy>.IsExempt(request);

    /// <inheritdoc/>
    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        policies.Current is { Count: > 0 } current ? AdmitAsync(current, request, cancellationToken) : default;

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    private async ValueTask AdmitAsync(
        IReadOnlyList<BoundPolicy<MutatingPolicy>> current, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var failures = new PolicyFailures();
        List<PolicyInvocation<MutatingPolicy>> invocations =
        [
            .. current.SelectMany(bound => policies.InvocationsOf(
                bound, request, (binding, message) => failures.Add(bound.Policy, binding, message))),
        ];
        if (invocations.Count > 0)
        {
            await MutateAsync(invocations, request, failures, cancellationToken).ConfigureAwait(false);
        }

        failures.ThrowIfAny(request);
    }

    private async ValueTask MutateAsync(
        List<PolicyInvocation<MutatingPolicy>> invocations, AdmissionRequest request, PolicyFailures failures,
        CancellationToken cancellationToken)
    {
        var rounds = request.Reinvocation.StateOf<MutatingRounds>(Name);
        rounds.Begin(request);
        try
        {
            var objects = new VersionedObjects(request);
            var isMutated = false;
            foreach (var invocation in invocations)
            {
                isMutated |= await MutateAsync(invocation, request, objects, rounds, failures, cancellationToken)
                    .ConfigureAwait(false);
            }

            // As upstream: a mutation that was made counts as a change, even one that left the object as it was.
            if (isMutated)
            {
                Changed(request, rounds);
            }
        }
        finally
        {
            rounds.End(request);
        }
    }

    private async ValueTask<bool> MutateAsync(
        PolicyInvocation<MutatingPolicy> invocation, AdmissionRequest request, VersionedObjects objects,
        MutatingRounds rounds, PolicyFailures failures, CancellationToken cancellationToken)
    {
        var (policy, binding, seen, parameter) = invocation;
        VersionedWrite shown;
        try
        {
            shown = await objects.ShowAsync(seen, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            failures.Add(policy, null, "failed to configure policy: " + e.Message);
            return false;
        }

        var parameters = parameter is null ? CelValue.Null : JsonViews.Of(parameter);
        var outcome = policy.Meets(InputOf(request, seen, shown), parameters, cancellationToken);
        if (outcome.Error is not null)
        {
            failures.Add(policy, binding, outcome.Error, StatusReasons.Invalid);
            return false;
        }

        var identity = $"{policy.Name}/{binding.Name}/{parameter?["metadata"]?["namespace"]}/{parameter?["metadata"]?["name"]}";
        if (!outcome.Matches || !rounds.IsDue(identity, request.Reinvocation))
        {
            return false;
        }

        var (isMutated, isChanged) = (false, false);
        foreach (var mutation in shown.Object is null ? [] : policy.Mutations)
        {
            var start = time.GetTimestamp();
            try
            {
                isChanged |= await ApplyAsync(mutation, invocation, request, objects, parameters, cancellationToken)
                    .ConfigureAwait(false);
                isMutated = true;
                PolicyMetrics.ObserveMutation(policy, binding, null, time.GetElapsedTime(start));
            }
            catch (MutationException e)
            {
                PolicyMetrics.ObserveMutation(policy, binding, e.Message, time.GetElapsedTime(start));
                failures.Add(policy, binding, e.Message, StatusReasons.Invalid);
            }
            catch (ApiException e)
            {
                PolicyMetrics.ObserveMutation(policy, binding, e.Message, time.GetElapsedTime(start));
                throw;
            }
        }

        if (isChanged)
        {
            Changed(request, rounds);
        }

        if (policy.IsReinvoked)
        {
            rounds.Called(identity);
        }

        return isMutated;
    }

    // Each mutation sees what those before it have made.
    private async ValueTask<bool> ApplyAsync(
        Mutation mutation, PolicyInvocation<MutatingPolicy> invocation, AdmissionRequest request, VersionedObjects objects,
        CelValue parameters, CancellationToken cancellationToken)
    {
        var (policy, _, seen, _) = invocation;
        var shown = await objects.ShowAsync(seen, cancellationToken).ConfigureAwait(false);
        var changed = mutation.Apply(
            shown.Object!, seen, InputOf(request, seen, shown), parameters, policy.Variables, cancellationToken);
        return changed is not null && await objects.TakeAsync(
            seen, shown.Object!, changed, $"policy '{policy.Name}'", mutation.IsStrict, cancellationToken)
            .ConfigureAwait(false);
    }

    private PolicyInput InputOf(AdmissionRequest request, MatchedResource seen, VersionedWrite shown) =>
        new(request, seen, shown, () => policies.NamespaceOf(request), authorizer);

    private static void Changed(AdmissionRequest request, MutatingRounds rounds)
    {
        rounds.ObjectChanged();
        request.Reinvocation.Require();
    }
}
