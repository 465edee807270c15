using Kube1.Api.Errors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Impersonations;

/// <summary>
/// One way to be allowed to impersonate. A constrained one asks whether the requester may do this very thing as somebody
/// else (impersonate-on:MODE:VERB), then whether as this user (impersonate:MODE); the old one, with the empty name, only
/// the latter, with the verb impersonate.
/// </summary>
internal sealed class ImpersonationMode(
    IAuthorizer authorizer, string name, Func<UserInfo, UserInfo, bool> isFor)
{
    /// <summary>From so many checks of one kind on, a requester who may do all of them is asked once.</summary>
    private const int ManyChecks = 4;

    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>The node of the requester's own pod: which node that is, is not what is asked.</summary>
    public bool IsAssociated { get; init; }

    /// <summary>The verb that allows it; empty for the old way, which constrains nothing.</summary>
    public string Constraint => IsConstrained ? "impersonate:" + name : "";

    private bool IsConstrained => name.Length > 0;

    private string Verb => IsConstrained ? Constraint : "impersonate";

    /// <summary>Users and groups were resources of the core group once, and for the old way still are.</summary>
    private string UserGroup => IsConstrained ? AuthenticationGroup : "";

    /// <summary>Whether this mode can allow it at all.</summary>
    public bool IsFor(UserInfo asked, UserInfo requester) => isFor(asked, requester);

    /// <summary>The user with all its groups. Throws the 403 of the first check that fails.</summary>
    public UserInfo Check(UserInfo asked, AuthorizationAttributes request)
    {
        if (IsConstrained)
        {
            Require(request with { Verb = $"impersonate-on:{name}:{request.Verb}" });
        }

        var groups = RequireName(asked, request.User);
        if (asked.Uid.Length > 0)
        {
            Require(Question(request.User, AuthenticationGroup, "uids", asked.Uid));
        }

        RequireGroups(asked.Groups, request.User);
        RequireExtra(asked.Extra, request.User);
        return asked with { Groups = Completed(asked.Name, groups) };
    }

    private IReadOnlyList<string> RequireName(UserInfo asked, UserInfo requester)
    {
        var groups = asked.Groups;
        var question = Question(requester, UserGroup, "users", asked.Name);
        if (IsConstrained && WellKnownUser.NodeOf(asked.Name) is { } node)
        {
            question = question with { Resource = "nodes", Name = IsAssociated ? "*" : node };
            groups = ["system:nodes"];
        }
        else if (WellKnownUser.ServiceAccountOf(asked.Name) is var (ns, account))
        {
            question = question with { Resource = "serviceaccounts", Namespace = ns, Name = account };
            groups = groups.Count > 0 ? groups : ServiceAccountTokenVerifier.GroupsOf(ns);
        }

        Require(question);
        return groups;
    }

    private void RequireGroups(IReadOnlyList<string> groups, UserInfo requester)
    {
        var question = Question(requester, UserGroup, "groups", "");
        if (IsConstrained && groups.Contains(""))
        {
            throw ForbiddenAccess.Of(question, "impersonating the empty string group is not allowed");
        }

        if (IsConstrained && groups.Contains(UserInfo.MastersGroup))
        {
            throw ForbiddenAccess.Of(
                question with { Name = UserInfo.MastersGroup }, "impersonating the system:masters group is not allowed");
        }

        if (IsConstrained && groups.Count >= ManyChecks && authorizer.Authorize(question with { Name = "*" }).Allowed)
        {
            return;
        }

        foreach (var group in groups)
        {
            Require(question with { Name = group });
        }
    }

    private void RequireExtra(IReadOnlyDictionary<string, IReadOnlyList<string>> extra, UserInfo requester)
    {
        var question = Question(requester, AuthenticationGroup, "userextras", "");
        if (IsConstrained && ExtraRules.Violation(extra) is { } violation)
        {
            throw ForbiddenAccess.Of(question, violation);
        }

        if (IsConstrained && extra.Sum(e => e.Value.Count) >= ManyChecks
            && authorizer.Authorize(question with { Subresource = "*", Name = "*" }).Allowed)
        {
            return;
        }

        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
            {
                Require(question with { Subresource = key, Name = value });
            }
        }
    }

    private static IReadOnlyList<string> Completed(string name, IReadOnlyList<string> groups)
    {
        if (name != UserInfo.Anonymous.Name)
        {
            return UserInfo.WithAuthenticated(groups);
        }

        return groups.Contains(UserInfo.UnauthenticatedGroup) ? groups : [.. groups, UserInfo.UnauthenticatedGroup];
    }

    private AuthorizationAttributes Question(UserInfo requester, string group, string resource, string objectName) => new()
    {
        User = requester,
        Verb = Verb,
        ApiGroup = group,
        ApiVersion = "v1",
        Resource = resource,
        Name = objectName,
        IsResourceRequest = true,
    };

    private void Require(AuthorizationAttributes question)
    {
        var decision = authorizer.Authorize(question);
        if (!decision.Allowed)
        {
            throw ForbiddenAccess.Of(question, decision.Reason);
        }
    }
}
