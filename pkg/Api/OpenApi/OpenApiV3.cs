using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>
/// The OpenAPI v3 documents: one a group version, one a group, and a few more. They are written from the tables when
/// they are asked for. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
/// </summary>
public static class OpenApiV3
{
    /// <summary>The names of all documents of these resources: "api/v1", "apis/apps", "version". Sorted.</summary>
    public static IReadOnlyList<string> NamesOf(IEnumerable<ResourceDescriptor> resources)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal)
        {
            ".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version",
        };
        foreach (var (group, version) in resources.Select(r => (r.Resource.Group, r.Resource.Version)).Distinct())
        {
            names.Add(OperationNames.PathOf(group, version));
            if (group.Length > 0)
            {
                names.Add("apis/" + group);
            }
        }

        return [.. names];
    }

    /// <summary>
    /// Writes the document of this name, one of <see cref="NamesOf"/>; resources in no table come with definitions of
    /// their own.
    /// </summary>
    public static void Write(
        Stream destination, string name, IEnumerable<ResourceDescriptor> resources, string serverVersion,
        IEnumerable<ApiDefinition>? custom = null)
    {
        var definitions = new Definitions();
        definitions.Add(custom);
        (string Group, string Version)[] groupVersions = name.Split('/') switch
        {
            ["api", var version] => [("", version)],
            ["apis", var group, var version] => [(group, version)],
            _ => [],
        };
        var paths = groupVersions is [var (g, v)] ? PathsOf(g, v, resources, definitions) : [ServerPath(name)];
        using var writer = new Utf8JsonWriter(destination, CanonicalJson.WriterOptions);
        new OpenApiV3Writer(writer, definitions, groupVersions).Write(paths, serverVersion);
    }

    private static ApiPath[] PathsOf(
        string group, string version, IEnumerable<ResourceDescriptor> resources, Definitions definitions)
    {
        var make = new ResourcePaths(new RequestOptions(definitions.Types, definitions.Descriptions));
        var own = resources.Where(r => r.Resource.Group == group && r.Resource.Version == version);
        return [ServerPaths.Resources(group, version), .. own.SelectMany(make.Of)];
    }

    private static ApiPath ServerPath(string name) => name switch
    {
        "api" => ServerPaths.CoreVersions,
        "apis" => ServerPaths.Groups,
        "version" => ServerPaths.Version,
        ".well-known/openid-configuration" => ServerPaths.OpenIdConfiguration,
        "openid/v1/jwks" => ServerPaths.KeySet,
        _ when name.StartsWith("apis/", StringComparison.Ordinal) => ServerPaths.Group(name["apis/".Length..]),
        _ => throw new ArgumentException($"there is no document {name}", nameof(name)),
    };
}
