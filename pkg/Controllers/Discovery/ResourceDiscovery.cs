using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.Client;

namespace Kube1.Controllers.Discovery;

/// <summary>The resources that the server serves, and the group versions that it failed to tell of.</summary>
internal sealed record DiscoveredResources(IReadOnlyList<ResourceDescriptor> Resources, IReadOnlyList<string> Failures);

/// <summary>
/// Asks the API server what it serves, in its order: custom and aggregated resources are not in the built-in catalog.
/// Each resource in one version, as every object is served in all: in the preferred one of its group, or where it is not
/// served in that one, in the best that it is (k8s.io/client-go/discovery ServerPreferredResources).
/// </summary>
internal static class ResourceDiscovery
{
    public static async Task<DiscoveredResources> ReadAsync(KubeClient client, CancellationToken ct)
    {
        var resources = new List<ResourceDescriptor>();
        var failures = new List<string>();
        await ReadVersionAsync(client, "api/v1", "", "v1", resources, failures, ct).ConfigureAwait(false);
        var groups = await GetAsync(client, "apis", ct).ConfigureAwait(false);
        foreach (var group in groups["groups"]?.AsArray() ?? [])
        {
            var name = Text(group, "name");
            var preferred = Text(group?["preferredVersion"], "version");
            var versions = (group?["versions"]?.AsArray() ?? []).Select(v => Text(v, "version")).Where(v => v != preferred);
            foreach (var version in versions.Prepend(preferred))
            {
                await ReadVersionAsync(client, $"apis/{name}/{version}", name, version, resources, failures, ct)
                    .ConfigureAwait(false);
            }
        }

        return new DiscoveredResources(resources, failures);
    }

    private static async Task ReadVersionAsync(
        KubeClient client, string path, string group, string version, List<ResourceDescriptor> resources,
        List<string> failures, CancellationToken ct)
    {
        try
        {
            var list = await GetAsync(client, path, ct).ConfigureAwait(false);
            List<ResourceDescriptor> found = [.. (list["resources"]?.AsArray() ?? []).Select(r => Describe(r, group, version))];
            foreach (var resource in found.Where(r => !r.Resource.Resource.Contains('/')))
            {
                if (!resources.Exists(r => r.Resource.GroupResource == resource.Resource.GroupResource))
                {
                    resources.Add(resource);
                }
            }
        }
        catch (Exception e) when (ServerFailure.Is(e))
        {
            failures.Add($"{new GroupVersionKind(group, version, "").ApiVersion}: {e.Message}");
        }
    }

    private static ResourceDescriptor Describe(JsonNode? item, string group, string version) => new()
    {
        Resource = new GroupVersionResource(group, version, Text(item, "name")),
        Kind = new GroupVersionKind(group, version, Text(item, "kind")),
        Namespaced = item?["namespaced"]?.GetValue<bool>() == true,
        Verbs = [.. (item?["verbs"]?.AsArray() ?? []).Select(v => v?.GetValue<string>() ?? "")],
    };

    private static async Task<JsonObject> GetAsync(KubeClient client, string path, CancellationToken ct) =>
        JsonNode.Parse(await client.GetDocumentAsync(path, ct).ConfigureAwait(false))?.AsObject()
            ?? throw new InvalidDataException($"{path} is no JSON object");

    private static string Text(JsonNode? node, string name) => node?[name]?.GetValue<string>() ?? "";
}
