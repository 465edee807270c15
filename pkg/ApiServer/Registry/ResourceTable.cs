using System.Collections.Frozen;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.Views;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The resources that this server serves. Immutable; a change (a CustomResourceDefinition) makes another table, over the
/// same built-in part.
/// </summary>
internal sealed class ResourceTable
{
    private readonly FrozenDictionary<GroupVersionResource, ServedResource> _byResource;
    private readonly FrozenDictionary<GroupVersionKind, ServedResource> _byKind;
    private readonly FrozenSet<string> _builtInGroups;
    private readonly Dictionary<GroupVersionResource, ServedResource> _custom = [];

    private ResourceTable(IReadOnlyList<ServedResource> all)
    {
        All = all;
        _byResource = all.ToFrozenDictionary(r => r.Descriptor.Resource);
        _byKind = all.Where(r => r.IsStored && r.View is null).DistinctBy(r => r.Descriptor.Kind)
            .ToFrozenDictionary(r => r.Descriptor.Kind);
        _builtInGroups = all.Select(r => r.GroupResource.Group).ToFrozenSet();
    }

    private ResourceTable(ResourceTable builtIn, IEnumerable<ServedResource> custom)
    {
        _byResource = builtIn._byResource;
        _byKind = builtIn._byKind;
        _builtInGroups = builtIn._builtInGroups;
        foreach (var resource in custom)
        {
            _custom[resource.Descriptor.Resource] = resource;
        }

        All = [.. builtIn.All, .. _custom.Values.Where(r => r.IsListed)];
    }

    /// <summary>
    /// All that discovery tells of: the built-in ones in the order of the catalog, then the custom ones by group, version
    /// and name.
    /// </summary>
    public IReadOnlyList<ServedResource> All { get; }

    /// <summary>The built-in resources over a store.</summary>
    public static ResourceTable BuiltIn(Store store)
    {
        var own = ResourceCatalog.All.Where(r => ObjectViewCatalog.For(r) is null)
            .ToDictionary(r => r.Resource, r => new ServedResource(r, StrategyCatalog.For(r), store));
        return new ResourceTable([.. ResourceCatalog.All.Select(r => ObjectViewCatalog.For(r) is var (view, storage)
            ? new ServedResource(r, view, own[storage])
            : own[r.Resource])]);
    }

    /// <summary>This table's built-in resources and these custom ones, which stand in the order of discovery.</summary>
    public ResourceTable With(IEnumerable<ServedResource> custom) => new(this, custom);

    /// <summary>The resource; null when this server does not serve it.</summary>
    public ServedResource? Find(string group, string version, string resource) =>
        Find(new GroupVersionResource(group, version, resource));

    /// <summary>Whether a group has built-in resources: to clients everything below it is this server's.</summary>
    public bool IsBuiltInGroup(string group) => _builtInGroups.Contains(group);

    /// <summary>
    /// All resources through which the objects of this one are served, itself among them: versions, and groups that share
    /// their objects.
    /// </summary>
    public IEnumerable<ServedResource> FormsOf(ServedResource resource) => resource.Collection is { } objects
        ? All.Where(r => ReferenceEquals(r.Collection, objects))
        : [resource];

    /// <summary>The resource; null when this server does not serve it.</summary>
    public ServedResource? Find(GroupVersionResource resource) =>
        _byResource.GetValueOrDefault(resource) ?? _custom.GetValueOrDefault(resource);

    /// <summary>The built-in resource that stores this kind; null when there is none. Views store nothing.</summary>
    public ServedResource? Find(GroupVersionKind kind) => _byKind.GetValueOrDefault(kind);
}
