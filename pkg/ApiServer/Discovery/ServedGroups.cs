using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Aggregation;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Discovery;

/// <summary>A version of a group, and who serves it.</summary>
/// <param name="Version">"v1"</param>
/// <param name="Resources">What this server serves of it; empty when another server does.</param>
/// <param name="Remote">What the other server told, in the form of aggregated discovery; null for none.</param>
/// <param name="GroupPriority">The place of the group, as far as this version says.</param>
/// <param name="VersionPriority">The place of the version in it.</param>
internal sealed record ServedVersion(
    string Version, IReadOnlyList<ServedResource> Resources, JsonObject? Remote, long GroupPriority, long VersionPriority);

/// <summary>A group with its versions, the preferred one first.</summary>
internal sealed record ServedGroup(string Name, IReadOnlyList<ServedVersion> Versions)
{
    /// <summary>The place of the group.</summary>
    public long Priority { get; } = Versions.Max(v => v.GroupPriority);

    /// <summary>The name of the APIService that gives the group its place.</summary>
    public string FirstApiService { get; } = Versions.GroupBy(v => v.GroupPriority).MaxBy(g => g.Key)!
        .Select(v => $"{v.Version}.{Name}").Min(StringComparer.Ordinal)!;
}

/// <summary>
/// All groups that clients can reach at one time, whoever serves them, in the order of the priorities that APIServices have.
/// Where another server has taken over a version of a group, that of this server is not there.
/// </summary>
internal sealed class ServedGroups
{
    public ServedGroups(ResourceTable table, ApiServices services, ImmutableDictionary<string, JsonObject> discovered)
    {
        (Table, Services, Discovered) = (table, services, discovered);
        var own = table.All
            .GroupBy(r => (r.GroupResource.Group, r.Descriptor.Resource.Version))
            .Where(g => services.FindRemote(g.Key.Group, g.Key.Version) is null)
            .Select(g => (g.Key.Group, Version: Own(g.Key.Group, g.Key.Version, [.. g])));
        var remote = services.Remote.Select(s => (s.Group, Version: new ServedVersion(
            s.Version, [], discovered.GetValueOrDefault(s.Name) ?? RemoteDiscovery.Unknown(s.Version), s.GroupPriority,
            s.VersionPriority)));
        var groups = own.Concat(remote).GroupBy(v => v.Group, v => v.Version).Select(g => new ServedGroup(
            g.Key, [.. g.OrderByDescending(v => v.VersionPriority).ThenBy(v => v.Version, KubeVersionOrder.Instance)]))
            .OrderByDescending(g => g.Priority).ToList();
        ByName = [.. groups.GroupBy(g => g.Priority).SelectMany(g => g.OrderBy(s => s.Name, StringComparer.Ordinal))];
        ByApiService =
            [.. groups.GroupBy(g => g.Priority).SelectMany(g => g.OrderBy(s => s.FirstApiService, StringComparer.Ordinal))];
    }

    /// <summary>What this was made of.</summary>
    public ResourceTable Table { get; }

    /// <summary>What this was made of.</summary>
    public ApiServices Services { get; }

    /// <summary>What this was made of.</summary>
    public ImmutableDictionary<string, JsonObject> Discovered { get; }

    /// <summary>All groups, the core's among them; those of equal priority by their names, as in aggregated discovery.</summary>
    public IReadOnlyList<ServedGroup> ByName { get; }

    /// <summary>The same; those of equal priority by the names of their APIServices, as in legacy discovery.</summary>
    public IReadOnlyList<ServedGroup> ByApiService { get; }

    private ServedVersion Own(string group, string version, IReadOnlyList<ServedResource> resources)
    {
        var (groupPriority, versionPriority) = Services.ByName.GetValueOrDefault($"{version}.{group}") is { } service
            ? (service.GroupPriority, service.VersionPriority)
            : ApiServicePriorities.Of(group, version);
        return new ServedVersion(version, resources, null, groupPriority, versionPriority);
    }
}
