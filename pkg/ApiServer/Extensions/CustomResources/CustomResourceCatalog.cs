using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// All resources that are served: the built-in ones, and those of CustomResourceDefinitions, which follow the store. Who
/// asks sees every definition whose write was acknowledged before; built-in resources are found without asking.
/// </summary>
internal sealed class CustomResourceCatalog : StoreFollower
{
    /// <summary>The resource of the definitions.</summary>
    public static readonly GroupResource Definitions = new("apiextensions.k8s.io", "customresourcedefinitions");

    /// <summary>What discovery tells of the definitions.</summary>
    public static readonly ResourceDescriptor DefinitionDescriptor =
        ResourceCatalog.Find(new GroupVersionResource(Definitions.Group, "v1", Definitions.Resource))!;

    private readonly Store _store;
    private readonly ResourceTable _builtIn;
    private readonly HashSet<(string Group, string Version)> _builtInVersions;
    private readonly HashSet<GroupResource> _builtInResources;
    private readonly Func<JsonObject, ICustomResourceConverter> _webhookConverter;
    private readonly ConcurrentQueue<CustomResource> _retired = [];
    private volatile Served _served;

    // What is being read anew; nobody sees it before it is complete.
    private ImmutableDictionary<string, CustomDefinition>? _reading;

    /// <summary>
    /// Follows the definitions of a store. <paramref name="webhookConverter"/> makes what converts by a webhook, given the
    /// definition.
    /// </summary>
    public CustomResourceCatalog(
        Store store, ResourceTable builtIn, Func<JsonObject, ICustomResourceConverter> webhookConverter)
        : base(store, Definitions.ToString())
    {
        _store = store;
        _builtIn = builtIn;
        _builtInVersions = [.. builtIn.All.Select(r => (r.GroupResource.Group, r.Descriptor.Resource.Version))];
        _builtInResources = [.. builtIn.All.Select(r => r.GroupResource)];
        _webhookConverter = webhookConverter;
        _served = new Served(this, ImmutableDictionary<string, CustomDefinition>.Empty);
    }

    /// <summary>All resources as of now.</summary>
    public ResourceTable Current => Up().Table;

    /// <summary>The resource; null when this server does not serve it.</summary>
    public ServedResource? Find(string group, string version, string resource) =>
        _builtIn.Find(group, version, resource) ?? Current.Find(group, version, resource);

    /// <summary>What the definition of a name makes now; null when it serves nothing.</summary>
    public CustomResource? FindResource(string name) => Up().Definitions.GetValueOrDefault(name)?.Resource;

    /// <summary>
    /// How far the definition is that a resource was made of, which may have changed since; built-in resources are always
    /// served.
    /// </summary>
    public DefinitionState StateOf(ServedResource resource) => resource.Custom?.Owner is not { } made
        ? DefinitionState.Served
        : Up().Definitions.GetValueOrDefault(made.Definition.Key) switch
        {
            { Resource: { } now, IsTerminating: var ends } when now.Uid == made.Uid =>
                ends ? DefinitionState.Terminating : DefinitionState.Served,
            _ => DefinitionState.Gone,
        };

    /// <summary>Whether a built-in resource has the same place in the store.</summary>
    public bool IsBuiltIn(GroupResource resource) => _builtInResources.Contains(resource);

    /// <inheritdoc/>
    protected override void Reset() => _reading = ImmutableDictionary<string, CustomDefinition>.Empty;

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        var after = Read(entry, _served.Definitions.GetValueOrDefault(entry.Key));
        if (_reading is not null)
        {
            _reading = _reading.SetItem(entry.Key, after);
            return;
        }

        Show(_served.Definitions.SetItem(entry.Key, after), entry.Key);
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry) =>
        Show(_served.Definitions.Remove(entry.Key), entry.Key);

    /// <inheritdoc/>
    protected override void Publish()
    {
        var (before, after) = (_served.Definitions, _reading!);
        _reading = null;
        Show(after, [.. before.Keys]);
    }

    // Makes definitions visible; of the named ones, those are retired that are not what they were.
    private void Show(ImmutableDictionary<string, CustomDefinition> definitions, params ReadOnlySpan<string> changed)
    {
        var before = _served.Definitions;
        _served = new Served(this, definitions);
        foreach (var name in changed)
        {
            if (before.GetValueOrDefault(name)?.Resource is { } old
                && !ReferenceEquals(old, definitions.GetValueOrDefault(name)?.Resource))
            {
                // Watches are ended when the follower's lock is free again.
                _retired.Enqueue(old);
                if (!definitions.ContainsKey(name))
                {
                    old.Collection.ReleaseHistory();
                }
            }
        }
    }

    private Served Up()
    {
        CatchUp();
        while (_retired.TryDequeue(out var retired))
        {
            retired.Retire();
        }

        return _served;
    }

    private CustomDefinition Read(StoredEntry entry, CustomDefinition? before)
    {
        var json = CanonicalJson.Parse(entry.Value.Span);
        var isEstablished = json.Condition("Established") == "True";
        var isTerminating = ObjectMetadata.Of(json).DeletionTimestamp is not null || json.Condition("Terminating") == "True";
        return new CustomDefinition(ResourceOf(entry, json, isEstablished, before), isEstablished, isTerminating);
    }

    private CustomResource? ResourceOf(
        StoredEntry entry, JsonObject json, bool isEstablished, CustomDefinition? before)
    {
        var names = CustomNames.Of(json["status"]?["acceptedNames"] as JsonObject);
        if ((!isEstablished && json.Condition("NamesAccepted") != "True") || !names.IsComplete || !HasSoundVersions(json)
            || _builtInResources.Contains(new GroupResource(json.Text("spec.group"), names.Plural)))
        {
            return null;
        }

        var fingerprint = CustomResource.FingerprintOf(json);
        return before?.Resource is { } same && same.Fingerprint == fingerprint
            ? same
            : new CustomResource(entry, json, fingerprint, _store, _webhookConverter);
    }

    // Validation sees to it; but what some other release has stored must not keep all others from being served.
    private static bool HasSoundVersions(JsonObject json)
    {
        var versions = json.Child("spec").Items("versions").ToList();
        return versions.Count(v => v.Flag("storage")) == 1
            && versions.Select(v => v.Text("name")).Distinct().Count() == versions.Count;
    }

    private IEnumerable<ServedResource> ServedOf(CustomDefinition definition) => definition.Resource is null
        ? []
        : definition.Resource.Versions
            .Where(v => v.IsServed && !_builtInVersions.Contains((v.Kind.Group, v.Name)))
            .Select(v => new ServedResource(v, definition.IsEstablished, definition.IsTerminating));

    /// <summary>What one definition makes, and how far it has come.</summary>
    private sealed record CustomDefinition(CustomResource? Resource, bool IsEstablished, bool IsTerminating);

    /// <summary>The definitions at one time. The table is made when somebody asks: several often change at once.</summary>
    private sealed class Served(CustomResourceCatalog catalog, ImmutableDictionary<string, CustomDefinition> definitions)
    {
        private readonly Lazy<ResourceTable> _table = new(() => definitions.IsEmpty
            ? catalog._builtIn
            : catalog._builtIn.With(definitions.Values.SelectMany(catalog.ServedOf)
                .OrderBy(r => r.GroupResource.Group, StringComparer.Ordinal)
                .ThenBy(r => r.Descriptor.Resource.Version, KubeVersionOrder.Instance)
                .ThenBy(r => r.GroupResource.Resource, StringComparer.Ordinal)));

        public ImmutableDictionary<string, CustomDefinition> Definitions { get; } = definitions;

        public ResourceTable Table => _table.Value;
    }
}
