using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// The rules of one role, ready for questions: a role with many is asked only for those that name the resource, so that
/// an answer does not cost all that the role of a controller manager may do.
/// </summary>
internal sealed class CompiledRole
{
    /// <summary>Below this a scan is faster than a dictionary, and most roles of a large cluster are this small.</summary>
    private const int ScannedRules = 8;

    private static readonly CompiledRule[] None = [];

    private readonly CompiledRule[] _paths;
    private readonly CompiledRule[] _anyResource;
    private readonly Dictionary<string, CompiledRule[]>? _byResource;

    public CompiledRole(IEnumerable<V1PolicyRule>? rules)
    {
        Sources = [.. rules ?? []];
        CompiledRule[] compiled = [.. Sources.Select(r => new CompiledRule(r))];
        _paths = [.. compiled.Where(r => r.Source.NonResourceURLs is { Count: > 0 })];
        CompiledRule[] resources = [.. compiled.Where(r => r.Source.Resources is { Count: > 0 })];
        if (resources.Length <= ScannedRules)
        {
            _anyResource = resources;
            return;
        }

        _anyResource = [.. resources.Where(NamesEveryResource)];
        _byResource = resources.Where(r => !NamesEveryResource(r))
            .SelectMany(r => r.Source.Resources!.Select(Owner).Distinct(StringComparer.Ordinal).Select(name => (name, r)))
            .GroupBy(p => p.name, p => p.r, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>The rules as stored, in their order.</summary>
    public IReadOnlyList<V1PolicyRule> Sources { get; }

    /// <summary>Whether the role allows the request. Allocates nothing.</summary>
    public bool Allows(AuthorizationAttributes request)
    {
        if (!request.IsResourceRequest)
        {
            return AnyAllows(_paths, request);
        }

        return AnyAllows(_anyResource, request)
            || (_byResource is not null && AnyAllows(_byResource.GetValueOrDefault(request.Resource, None), request));
    }

    private static bool AnyAllows(CompiledRule[] rules, AuthorizationAttributes request)
    {
        foreach (var rule in rules)
        {
            if (rule.Allows(request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"*" and "*/scale" hold for whatever resource.</summary>
    private static bool NamesEveryResource(CompiledRule rule) => rule.Source.Resources!.Any(r => Owner(r) == "*");

    private static string Owner(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? resource : resource[..slash];
    }
}
