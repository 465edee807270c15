using Kube1.Api;
using Kube1.ApiServer.Auth.Rbac;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>The resources that are questions and never stored: one line each.</summary>
internal static class ReviewHandlers
{
    private const string Authentication = "authentication.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    public static void Add(
        SubresourceCatalog catalog, ServiceAccountTokenIssuer issuer, TokenAuthenticator tokens, IAuthorizer authorizer,
        RbacAuthorizer rbac, TimeProvider time) => catalog
        .Add(new GroupResource("", "serviceaccounts"), "token", new TokenRequestHandler(issuer, time))
        .Add(new GroupResource(Authentication, "tokenreviews"), "", new TokenReviewHandler(tokens))
        .Add(new GroupResource(Authentication, "selfsubjectreviews"), "", new SelfSubjectReviewHandler(time))
        .Add(new GroupResource(Authorization, "subjectaccessreviews"), "", new SubjectAccessReviewHandler(authorizer))
        .Add(new GroupResource(Authorization, "selfsubjectaccessreviews"), "", new SelfAccessReviewHandler(authorizer))
        .Add(new GroupResource(Authorization, "localsubjectaccessreviews"), "", new LocalAccessReviewHandler(authorizer))
        .Add(new GroupResource(Authorization, "selfsubjectrulesreviews"), "", new RulesReviewHandler(rbac));
}
