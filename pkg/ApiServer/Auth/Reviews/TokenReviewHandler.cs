using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>Whose token is this, and for which audiences.</summary>
internal sealed class TokenReviewHandler(TokenAuthenticator tokens) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authentication.v1.TokenReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1TokenReview>(body);
        if (review.Spec.Token.Length == 0)
        {
            throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        }

        IReadOnlyList<string> audiences = review.Spec.Audiences is { Count: > 0 } asked ? asked : [tokens.Audience];
        var verified = await tokens.AuthenticateAsync(review.Spec.Token, audiences, cancellationToken).ConfigureAwait(false);
        review.Status = verified.User is null
            ? new V1TokenReviewStatus { User = new V1UserInfo(), Error = verified.Error }
            : new V1TokenReviewStatus
            {
                Authenticated = true,
                User = SelfSubjectReviewHandler.View(verified.User),
                Audiences = [.. verified.Audiences],
            };
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }
}
