using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.Impersonations;

/// <summary>Who really makes a request that is made as somebody else, and the verb that allowed it; for the audit log.</summary>
public sealed record ImpersonatedBy(UserInfo Requester, string Constraint);

/// <summary>
/// Acting as somebody else. The constrained modes (KEP-5284) are tried first, each for the users that it is for; then the
/// old way, which one verb allows for all requests.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
/// </summary>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private readonly ImpersonationMode[] _modes =
    [
        new(authorizer, "associated-node", IsOwnNode) { IsAssociated = true },
        new(authorizer, "arbitrary-node", static (asked, _) => IsNameOnly(asked) && WellKnownUser.NodeOf(asked.Name) is not null),
        new(authorizer, "serviceaccount",
            static (asked, _) => IsNameOnly(asked) && WellKnownUser.ServiceAccountOf(asked.Name) is not null),
        new(authorizer, "user-info", static (asked, _) =>
            WellKnownUser.NodeOf(asked.Name) is null && WellKnownUser.ServiceAccountOf(asked.Name) is null),
        new(authorizer, "", static (_, _) => true),
    ];

    /// <summary>
    /// The user to act as: the requester, unless headers name another. Throws 400 for headers that make no sense, and the
    /// 403 of the first mode that could have allowed it.
    /// </summary>
    public UserInfo Apply(HttpContext context, UserInfo requester)
    {
        if (ImpersonationHeaders.Take(context.Request.Headers) is not { } asked)
        {
            return requester;
        }

        var request = RequestInfoParser.Parse(context.Request).AttributesFor(requester);
        ApiException? first = null;
        foreach (var mode in _modes)
        {
            if (!mode.IsFor(asked, requester))
            {
                continue;
            }

            try
            {
                var user = mode.Check(asked, request);
                context.Features.Set(new ImpersonatedBy(requester, mode.Constraint));
                return user;
            }
            catch (ApiException refused)
            {
                first ??= refused;
            }
        }

        throw first!;
    }

    private static bool IsNameOnly(UserInfo asked) =>
        asked.Uid.Length == 0 && asked.Groups.Count == 0 && asked.Extra.Count == 0;

    /// <summary>A ServiceAccount, with a token bound to a pod, asks for the node that its pod runs on.</summary>
    private static bool IsOwnNode(UserInfo asked, UserInfo requester) =>
        IsNameOnly(asked) && WellKnownUser.NodeOf(asked.Name) is { } node
        && WellKnownUser.ServiceAccountOf(requester.Name) is not null
        && requester.Extra.GetValueOrDefault("authentication.kubernetes.io/node-name") is [var own] && own == node;
}
