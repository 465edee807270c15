using Kube1.ApiServer.Auth;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// The variables <c>authorizer</c> and <c>authorizer.requestResource</c>: the server's own authorizer, asked as whoever makes
/// the request (KEP-3488).
/// </summary>
internal sealed class RequestAuthorizer(IAuthorizer authorizer, UserInfo user) : ICelAuthorizer
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>The value of <c>authorizer</c>.</summary>
    public CelValue Value => AuthorizationLibrary.Authorizer(this);

    /// <summary>The value of <c>authorizer.requestResource</c>.</summary>
    public CelValue ResourceOf(AdmissionRequest request) => AuthorizationLibrary.ResourceCheck(this, new CelAccessRequest
    {
        Group = request.Resource.Resource.Group,
        Resource = request.Resource.Resource.Resource,
        Subresource = request.Subresource,
        Namespace = request.NamespaceOrOwnName,
        Name = request.RequestedName,
    });

    /// <inheritdoc/>
    public CelAccessDecision Authorize(CelAccessRequest request)
    {
        var decision = authorizer.Authorize(new AuthorizationAttributes
        {
            User = user,
            Verb = request.Verb,
            ApiGroup = request.Group,
            ApiVersion = "*",
            Resource = request.Resource,
            Subresource = request.Subresource,
            Namespace = request.Namespace,
            Name = request.Name,
            Path = request.Path ?? "",
            IsResourceRequest = request.Path is null,
            FieldSelector = request.FieldSelector,
            LabelSelector = request.LabelSelector,
        });
        return new CelAccessDecision(decision.Allowed, decision.Reason, null);
    }

    /// <inheritdoc/>
    public ICelAuthorizer ForServiceAccount(string serviceAccountNamespace, string name) => new RequestAuthorizer(
        authorizer, new UserInfo($"{ServiceAccountPrefix}{serviceAccountNamespace}:{name}")
        {
            Groups = ["system:serviceaccounts", "system:serviceaccounts:" + serviceAccountNamespace, UserInfo.AuthenticatedGroup],
        });
}
