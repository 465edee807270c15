namespace Kube1.ApiServer.Http;

/// <summary>
/// Serves what the generic registry does not: log, exec, attach, portforward, proxy, token, binding, eviction, and
/// resources that are never stored (TokenReview, SubjectAccessReview). Authorized before it is called.
/// </summary>
public interface ISubresourceHandler
{
    /// <summary>Answers the request, or throws an <see cref="Api.Errors.ApiException"/> before the response starts.</summary>
    ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken);
}
