using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Audit.Policies;

/// <summary>The resources of one group that a rule is about; an empty list is about all.</summary>
internal sealed record GroupResources(
    string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> ResourceNames)
{
    /// <summary>Whether the request is for one of them.</summary>
    public bool Matches(RequestInfo info)
    {
        if (Group != "*" && Group != info.ApiGroup)
        {
            return false;
        }

        if (Resources.Count == 0)
        {
            return true;
        }

        if (ResourceNames.Count > 0 && !ResourceNames.Contains(info.Name))
        {
            return false;
        }

        foreach (var pattern in Resources)
        {
            if (Matches(pattern, info.Resource, info.Subresource))
            {
                return true;
            }
        }

        return false;
    }

    // "pods", "pods/log", "pods/*" (the pods, too), "*/scale", "*"
    private static bool Matches(string pattern, ReadOnlySpan<char> resource, ReadOnlySpan<char> subresource)
    {
        if (pattern == "*")
        {
            return true;
        }

        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return subresource.IsEmpty && resource.SequenceEqual(pattern);
        }

        var head = pattern.AsSpan(0, slash);
        var tail = pattern.AsSpan(slash + 1);
        if (tail is "*" && resource.SequenceEqual(head))
        {
            return true;
        }

        return !subresource.IsEmpty && subresource.SequenceEqual(tail) && (head is "*" || resource.SequenceEqual(head));
    }
}

/// <summary>
/// A rule of a policy: all of what it says must hold of a request; a list that is empty says nothing. Stages that are
/// omitted are those of the rule and of the policy.
/// </summary>
internal sealed record AuditRule
{
    /// <summary>What is made of requests that the rule is about.</summary>
    public required AuditDecision Decision { get; init; }

    public IReadOnlyList<string> Users { get; init; } = [];

    public IReadOnlyList<string> UserGroups { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    public IReadOnlyList<GroupResources> Resources { get; init; } = [];

    /// <summary>The empty name is that of cluster-scoped resources.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    /// <summary>Whether the rule is about a request; the user is null where nobody knows who asks.</summary>
    public bool Matches(RequestInfo info, UserInfo? user)
    {
        if ((Users.Count > 0 && (user is null || !Users.Contains(user.Name)))
            || (UserGroups.Count > 0 && !IsInGroup(user))
            || (Verbs.Count > 0 && !Verbs.Contains(info.Verb)))
        {
            return false;
        }

        if (Namespaces.Count > 0 || Resources.Count > 0)
        {
            return MatchesResource(info);
        }

        return NonResourceUrls.Count == 0 || MatchesPath(info);
    }

    private bool IsInGroup(UserInfo? user)
    {
        for (var i = 0; user is not null && i < user.Groups.Count; i++)
        {
            if (UserGroups.Contains(user.Groups[i]))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesResource(RequestInfo info)
    {
        if (!info.IsResourceRequest || (Namespaces.Count > 0 && !Namespaces.Contains(info.Namespace)))
        {
            return false;
        }

        foreach (var resources in Resources)
        {
            if (resources.Matches(info))
            {
                return true;
            }
        }

        return Resources.Count == 0;
    }

    private bool MatchesPath(RequestInfo info)
    {
        foreach (var pattern in info.IsResourceRequest ? [] : NonResourceUrls)
        {
            if (pattern == "*" || pattern == info.Path
                || (pattern.EndsWith('*') && info.Path.AsSpan().StartsWith(pattern.AsSpan().TrimEnd('*'))))
            {
                return true;
            }
        }

        return false;
    }
}
