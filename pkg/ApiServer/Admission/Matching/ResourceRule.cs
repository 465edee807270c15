using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>
/// One rule of what a webhook or policy is about: operations on resources, "*" standing for all, perhaps of certain names
/// (RuleWithOperations, NamedRuleWithOperations).
/// </summary>
internal sealed class ResourceRule
{
    private const string All = "*";

    private readonly string[] _operations;
    private readonly string[] _groups;
    private readonly string[] _versions;
    private readonly (string Resource, string Subresource)[] _resources;
    private readonly string[] _names;
    private readonly string _scope;

    /// <summary>Reads a rule.</summary>
    public ResourceRule(JsonObject rule)
    {
        _operations = [.. rule.Texts("operations")];
        _groups = [.. rule.Texts("apiGroups")];
        _versions = [.. rule.Texts("apiVersions")];
        _resources = [.. rule.Texts("resources").Select(Split)];
        _names = [.. rule.Texts("resourceNames")];
        _scope = rule.Text("scope") is { Length: > 0 } scope ? scope : All;
    }

    /// <summary>Whether the rule is about an operation on a resource. Namespaces themselves are cluster-scoped.</summary>
    public bool Matches(MatchedResource form, string operation, string subresource, string name)
    {
        var resource = form.Resource;
        var isNamespaced = form.Form.Descriptor.Namespaced;
        var inScope = _scope switch
        {
            All => true,
            "Namespaced" => isNamespaced,
            "Cluster" => !isNamespaced,
            _ => false,
        };
        return inScope && Has(_operations, operation) && Has(_groups, resource.Group) && Has(_versions, resource.Version)
            && _resources.Any(r => Is(r.Resource, resource.Resource) && Is(r.Subresource, subresource))
            && (_names.Length == 0 || _names.Contains(name));
    }

    private static bool Has(string[] items, string wanted) => items.Any(i => Is(i, wanted));

    private static bool Is(string item, string wanted) => item == All || item == wanted;

    // "pods" is not "pods/status"; "*" is no subresource, "*/*" is all.
    private static (string Resource, string Subresource) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..]);
    }
}
