using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Discovery;

/// <summary>APIVersions, APIGroupList, APIGroup and APIResourceList.</summary>
internal sealed class LegacyDiscovery(ApiServerOptions options, ServedGroups groups)
{
    /// <summary>/api</summary>
    public JsonObject Versions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject
        {
            ["clientCIDR"] = "0.0.0.0/0",
            ["serverAddress"] = $"{options.Cluster.AdvertiseAddress}:{options.Cluster.AdvertisePort}",
        }),
    };

    /// <summary>/apis</summary>
    public JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray(
            [.. groups.ByApiService.Where(g => g.Name.Length > 0).Select(g => (JsonNode)GroupOf(g))]),
    };

    /// <summary>/apis/{group}; null when there is none.</summary>
    public JsonObject? Group(string name)
    {
        if (groups.ByApiService.FirstOrDefault(g => g.Name == name) is not { } group)
        {
            return null;
        }

        var result = new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" };
        foreach (var (field, value) in GroupOf(group).ToList())
        {
            result[field] = value?.DeepClone();
        }

        return result;
    }

    /// <summary>/api/v1 and /apis/{group}/{version}; null when there is none.</summary>
    public JsonObject? Resources(string group, string version)
    {
        var resources = groups.Table.All
            .Where(r => r.Descriptor.Resource.Group == group && r.Descriptor.Resource.Version == version).ToList();
        if (resources.Count == 0)
        {
            return null;
        }

        var list = new JsonObject { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            list["apiVersion"] = "v1";
        }

        list["groupVersion"] = resources[0].Descriptor.Kind.ApiVersion;
        list["resources"] = new JsonArray([.. resources.SelectMany(Rows)]);
        return list;
    }

    private static JsonObject GroupOf(ServedGroup group) => new()
    {
        ["name"] = group.Name,
        ["versions"] = new JsonArray([.. group.Versions.Select(v => (JsonNode)VersionOf(group.Name, v.Version))]),
        ["preferredVersion"] = VersionOf(group.Name, group.Versions[0].Version),
    };

    private static JsonObject VersionOf(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private static IEnumerable<JsonNode> Rows(ServedResource served)
    {
        var resource = served.Descriptor;
        var row = new JsonObject
        {
            ["name"] = resource.Resource.Resource,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind.Kind,
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

        if (resource.Verbs.Contains("watch"))
        {
            row["storageVersionHash"] = StorageHash(served.StorageKind);
        }

        yield return row;
        foreach (var subresource in resource.Subresources)
        {
            var sub = new JsonObject
            {
                ["name"] = $"{resource.Resource.Resource}/{subresource.Name}",
                ["singularName"] = "",
                ["namespaced"] = resource.Namespaced,
            };
            if (subresource.Kind.ApiVersion != resource.Kind.ApiVersion)
            {
                sub["group"] = subresource.Kind.Group;
                sub["version"] = subresource.Kind.Version;
            }

            sub["kind"] = subresource.Kind.Kind;
            sub["verbs"] = Texts(subresource.Verbs);
            yield return sub;
        }
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    // Equal hashes tell clients that two resources are the same objects, so a view has that of what it shows.
    private static string StorageHash(GroupVersionKind kind) => Convert.ToBase64String(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind.Group}/{kind.Version}/{kind.Kind}"))[..8]);
}
