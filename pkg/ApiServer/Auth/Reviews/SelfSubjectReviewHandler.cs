using Kube1.Api.Models;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>Who am I: kubectl auth whoami.</summary>
internal sealed class SelfSubjectReviewHandler(TimeProvider time) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authentication.v1.SelfSubjectReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1SelfSubjectReview>(body);
        review.Metadata.CreationTimestamp = time.GetUtcNow();
        review.Status = new V1SelfSubjectReviewStatus { UserInfo = View(request.User) };
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A user as the API shows it.</summary>
    public static V1UserInfo View(UserInfo user) => new()
    {
        Username = user.Name,
        Uid = user.Uid.Length == 0 ? null : user.Uid,
        Groups = user.Groups.Count == 0 ? null : [.. user.Groups],
        Extra = user.Extra.Count == 0
            ? null
            : user.Extra.ToDictionary(e => e.Key, e => e.Value.ToList(), StringComparer.Ordinal),
    };
}
