using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>
/// The one OpenAPI v2 (Swagger) document of the whole API. kubectl's client-side validation and older clients read it.
/// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v2
/// </summary>
public static class OpenApiV2
{
    /// <summary>Writes the document of these resources; those in no table come with definitions of their own.</summary>
    public static void Write(
        Stream destination, IReadOnlyList<ResourceDescriptor> resources, string serverVersion,
        IEnumerable<ApiDefinition>? custom = null)
    {
        var definitions = new Definitions();
        definitions.Add(custom);
        var make = new ResourcePaths(new RequestOptions(definitions.Types, definitions.Descriptions));
        (string Group, string Version)[] groupVersions =
            [.. resources.Select(r => (r.Resource.Group, r.Resource.Version)).Distinct()];
        ApiPath[] paths =
        [
            ServerPaths.CoreVersions, ServerPaths.Groups, ServerPaths.Version, ServerPaths.OpenIdConfiguration,
            ServerPaths.KeySet,
            .. groupVersions.Select(gv => gv.Group).Distinct().Where(g => g.Length > 0).Select(ServerPaths.Group),
            .. groupVersions.Select(gv => ServerPaths.Resources(gv.Group, gv.Version)),
            .. resources.SelectMany(make.Of),
        ];
        using var writer = new Utf8JsonWriter(destination, CanonicalJson.WriterOptions);
        new OpenApiV2Writer(writer, definitions, groupVersions).Write(paths, serverVersion);
    }
}
