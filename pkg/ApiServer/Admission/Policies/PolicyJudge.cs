using Kube1.ApiServer.Expressions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// Evaluates one policy (Validate of k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go): match
/// conditions, validations, their messages, annotations, each group on a budget of its own but for the messages, which
/// have what the validations left.
/// </summary>
internal static class PolicyJudge
{
    private const string DefaultReason = "Invalid";

    /// <summary>The verdict on a write.</summary>
    public static PolicyVerdict Judge(
        ValidatingPolicy policy, PolicyInput input, CelValue parameters, CancellationToken cancellationToken)
    {
        var verdict = new PolicyVerdict();
        var outcome = policy.Meets(input, parameters, cancellationToken);
        if (outcome.Error is not null)
        {
            Fail(policy, verdict, 0, outcome.Error);
        }

        if (!outcome.Matches || outcome.Error is not null)
        {
            return verdict;
        }

        var evaluation = new PolicyEvaluation(
            input, parameters, true, policy.Variables, ExpressionLimits.PerObject, cancellationToken);
        var results = new PolicyResult[policy.Validations.Count];
        for (var i = 0; i < results.Length; i++)
        {
            if (!evaluation.TryEvaluate(policy.Validations[i].Expression, out results[i]))
            {
                Fail(policy, verdict, 0, PolicyEvaluation.OutOfBudget);
                return verdict;
            }
        }

        var messages = new PolicyEvaluation(
            input, parameters, true, policy.Variables, evaluation.Budget, cancellationToken);
        Decide(policy, results, messages, verdict);
        Annotate(policy, input, parameters, verdict, cancellationToken);
        return verdict;
    }

    private static void Decide(
        ValidatingPolicy policy, PolicyResult[] results, PolicyEvaluation evaluation, PolicyVerdict verdict)
    {
        // All messages are made first: what they cost decides whether any can be shown.
        var messages = new PolicyResult[results.Length];
        var isSpent = false;
        for (var i = 0; i < results.Length && !isSpent; i++)
        {
            isSpent = policy.Validations[i].MessageExpression is { } expression
                && !evaluation.TryEvaluate(expression, out messages[i]);
        }

        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Error is { } error)
            {
                Fail(policy, verdict, i, error, results[i].Elapsed);
            }
            else if (isSpent)
            {
                Fail(
                    policy, verdict, i, "failed messageExpression: " + PolicyEvaluation.OutOfBudget, results[i].Elapsed);
            }
            else if (!results[i].Value.IsTrue)
            {
                var validation = policy.Validations[i];
                verdict.Denied.Add(new PolicyDecision(
                    i, MessageOf(validation, messages[i]),
                    validation.Reason.Length > 0 ? validation.Reason : DefaultReason, results[i].Elapsed));
            }
        }
    }

    private static string MessageOf(PolicyValidation validation, PolicyResult made)
    {
        var message = made.Value.IsSet && made.Error is null ? ExpressionMessage.Of(made.Value) : null;
        return message
            ?? (validation.Message.Trim() is { Length: > 0 } text
                ? text : "failed expression: " + validation.Expression.Source.Trim());
    }

    private static void Annotate(
        ValidatingPolicy policy, PolicyInput input, CelValue parameters, PolicyVerdict verdict,
        CancellationToken cancellationToken)
    {
        var evaluation = new PolicyEvaluation(
            input, parameters, true, policy.Variables, ExpressionLimits.PerObject, cancellationToken);
        foreach (var annotation in policy.Annotations)
        {
            if (!evaluation.TryEvaluate(annotation.Value, out var result))
            {
                verdict.Denied.Clear();
                verdict.Annotations.Clear();
                verdict.AnnotationErrors.Clear();
                Fail(policy, verdict, 0, PolicyEvaluation.OutOfBudget);
                return;
            }

            if (result.Error is not null)
            {
                if (!policy.IsIgnoredOnFailure)
                {
                    verdict.AnnotationErrors.Add(new PolicyDecision(0, result.Error, DefaultReason, result.Elapsed));
                }
            }
            else if (result.Value.Kind == CelKind.String && result.Value.AsString.Trim() is { Length: > 0 } text)
            {
                verdict.Annotations.Add(new(annotation.Key, text));
            }
        }
    }

    private static void Fail(
        ValidatingPolicy policy, PolicyVerdict verdict, int index, string error, TimeSpan elapsed = default) =>
        (policy.IsIgnoredOnFailure ? verdict.Ignored : verdict.Denied)
            .Add(new PolicyDecision(index, error, DefaultReason, elapsed));
}
