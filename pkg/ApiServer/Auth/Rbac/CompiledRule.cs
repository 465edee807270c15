using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>A policy rule ready for matching (k8s.io/kubernetes/pkg/apis/rbac/v1 evaluation helpers).</summary>
internal sealed class CompiledRule(V1PolicyRule rule)
{
    private readonly string[] _verbs = [.. rule.Verbs];
    private readonly string[] _groups = [.. rule.ApiGroups ?? []];
    private readonly string[] _resources = [.. rule.Resources ?? []];
    private readonly string[] _names = [.. rule.ResourceNames ?? []];
    private readonly string[] _urls = [.. rule.NonResourceURLs ?? []];

    /// <summary>The rule as stored.</summary>
    public V1PolicyRule Source { get; } = rule;

    /// <summary>Whether this rule alone allows the request.</summary>
    public bool Allows(AuthorizationAttributes request) => request.IsResourceRequest
        ? Has(_verbs, request.Verb) && Has(_groups, request.ApiGroup) && HasResource(request) && HasName(request.Name)
        : Has(_verbs, request.Verb) && HasPath(request.Path);

    private static bool Has(string[] values, string wanted)
    {
        foreach (var value in values)
        {
            if (value == "*" || value == wanted)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"pods/log" covers that subresource, "*/scale" that of every resource, "*" everything.</summary>
    private bool HasResource(AuthorizationAttributes request)
    {
        var subresource = request.Subresource;
        foreach (var resource in _resources)
        {
            if (resource == "*" || (subresource.Length == 0 && resource == request.Resource))
            {
                return true;
            }

            if (subresource.Length > 0 && Splits(resource, request.Resource, subresource))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Splits(string rule, string resource, string subresource)
    {
        var slash = rule.Length - subresource.Length - 1;
        if (slash < 1 || rule[slash] != '/' || !rule.EndsWith(subresource, StringComparison.Ordinal))
        {
            return false;
        }

        var owner = rule.AsSpan(0, slash);
        return owner is "*" || owner.SequenceEqual(resource);
    }

    private bool HasName(string name) => _names.Length == 0 || Array.IndexOf(_names, name) >= 0;

    private bool HasPath(string path)
    {
        foreach (var url in _urls)
        {
            if (url == "*" || url == path
                || (url.EndsWith('*') && path.AsSpan().StartsWith(url.AsSpan().TrimEnd('*'), StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
