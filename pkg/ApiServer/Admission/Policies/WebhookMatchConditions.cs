using Kube1.ApiServer.Admission.Webhooks;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>The matchConditions of webhooks, judged as those of policies are.</summary>
internal sealed class WebhookMatchConditions(IAuthorizer authorizer) : IMatchConditionEvaluator
{
    /// <inheritdoc/>
    public ICompiledMatchConditions Compile(IReadOnlyList<MatchCondition> conditions) => new Compiled(
        MatchConditions.Compile(conditions.Select(c => c.Expression), MatchConditions.WebhookEnvironment), authorizer);

    private sealed class Compiled(MatchConditions? conditions, IAuthorizer authorizer) : ICompiledMatchConditions
    {
        public MatchConditionOutcome Evaluate(MatchConditionInput input)
        {
            if (conditions is null)
            {
                return new MatchConditionOutcome(Matches: true);
            }

            // Upstream shows no namespace to conditions; the budget bounds how long they take.
            var outcome = conditions.Evaluate(
                new PolicyInput(input.Request, input.Object, input.OldObject, static () => null, authorizer),
                CancellationToken.None);
            return new MatchConditionOutcome(outcome.Matches, outcome.Error);
        }
    }
}
