using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Nodes;
using Kube1.ApiServer.Auth.Rbac;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>What all may I do in this namespace? (kubectl auth can-i --list)</summary>
internal sealed class RulesReviewHandler(RbacAuthorizer rbac) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authorization.v1.SelfSubjectRulesReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1SelfSubjectRulesReview>(body);
        if (string.IsNullOrEmpty(review.Spec.Namespace))
        {
            throw ApiErrors.BadRequest("no namespace on request");
        }

        var (rules, error) = rbac.RulesFor(request.User, review.Spec.Namespace);
        var isNode = NodeIdentity.Of(request.User) is not null;
        // Upstream answers with the status alone.
        review.Spec = new V1SelfSubjectRulesReviewSpec();
        review.Status = new V1SubjectRulesReviewStatus
        {
            ResourceRules = [.. rules.Where(r => r.Resources is { Count: > 0 }).Select(r => new V1ResourceRule
            {
                Verbs = r.Verbs,
                ApiGroups = r.ApiGroups,
                Resources = r.Resources,
                ResourceNames = r.ResourceNames,
            })],
            NonResourceRules = [.. rules.Where(r => r.NonResourceURLs is { Count: > 0 }).Select(r => new V1NonResourceRule
            {
                Verbs = r.Verbs,
                NonResourceURLs = r.NonResourceURLs,
            })],
            Incomplete = isNode,
            EvaluationError = Errors(isNode, error),
        };
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What each authorizer could not say. That of nodes never knows all that it would allow.</summary>
    private static string? Errors(bool isNode, string error)
    {
        const string node = "node authorizer does not support user rule resolution";
        return (isNode, error.Length > 0) switch
        {
            (true, true) => $"[{node}, {error}]",
            (true, false) => node,
            (false, true) => error,
            _ => null,
        };
    }
}
