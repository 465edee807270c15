namespace Kube1.ApiServer.Auth;

/// <summary>
/// Upstream's order: system:masters may do everything, then the Node authorizer, then RBAC; the first that allows
/// decides. The reasons of those that do not are joined.
/// </summary>
internal sealed class AuthorizerChain(IReadOnlyList<IAuthorizer> authorizers) : IAuthorizer
{
    /// <summary>An array: going through it allocates nothing.</summary>
    private readonly IAuthorizer[] _authorizers = [.. authorizers];

    /// <inheritdoc/>
    public AuthorizationDecision Authorize(AuthorizationAttributes attributes)
    {
        if (attributes.User.Groups.Contains(UserInfo.MastersGroup) || IsAuthorityPath(attributes))
        {
            return new AuthorizationDecision(true, "");
        }

        var reasons = "";
        foreach (var authorizer in _authorizers)
        {
            var decision = authorizer.Authorize(attributes);
            if (decision.Allowed)
            {
                return decision;
            }

            reasons = (reasons.Length, decision.Reason.Length) switch
            {
                (_, 0) => reasons,
                (0, _) => decision.Reason,
                _ => reasons + "\n" + decision.Reason,
            };
        }

        return new AuthorizationDecision(false, reasons);
    }

    /// <summary>The CA certificate is public: joining nodes check it against the pin in their token.</summary>
    private static bool IsAuthorityPath(AuthorizationAttributes attributes) =>
        !attributes.IsResourceRequest && attributes.Verb == "get" && attributes.Path == SecurityComposition.AuthorityPath;
}
