using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Discovery;

/// <summary>apidiscovery.k8s.io APIGroupDiscoveryList: all that a client wants to know in two requests (KEP-3352).</summary>
internal static class AggregatedDiscovery
{
    /// <summary>What follows the media type of the answer, and names the kind.</summary>
    public const string KindParameters = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>The document of /api or /apis.</summary>
    public static JsonObject Document(ServedGroups groups, bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. groups.ByName.Where(g => core == (g.Name.Length == 0)).Select(GroupOf)]),
    };

    private static JsonNode GroupOf(ServedGroup group) => new JsonObject
    {
        ["metadata"] = group.Name.Length > 0 ? new JsonObject { ["name"] = group.Name } : [],
        ["versions"] = new JsonArray([.. group.Versions.Select(v => v.Remote?.DeepClone() ?? new JsonObject
        {
            ["version"] = v.Version,
            ["resources"] = new JsonArray([.. v.Resources.Select(ResourceOf)]),
            ["freshness"] = "Current",
        })]),
    };

    private static JsonNode ResourceOf(ServedResource served)
    {
        var resource = served.Descriptor;
        var row = new JsonObject
        {
            ["resource"] = resource.Resource.Resource,
            ["responseKind"] = KindOf(resource.Kind, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(served.ListedVerbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            row["shortNames"] = Texts(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            row["categories"] = Texts(resource.Categories);
        }

        if (resource.Subresources.Count > 0)
        {
            row["subresources"] = new JsonArray([.. resource.Subresources.Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = KindOf(s.Kind, resource.Kind),
                ["verbs"] = Texts(s.Verbs),
            })]);
        }

        return row;
    }

    // Upstream leaves group and version empty where they are those of the list itself.
    private static JsonObject KindOf(GroupVersionKind kind, GroupVersionKind owner)
    {
        var same = kind.ApiVersion == owner.ApiVersion;
        return new JsonObject
        {
            ["group"] = same ? "" : kind.Group,
            ["version"] = same ? "" : kind.Version,
            ["kind"] = kind.Kind,
        };
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
