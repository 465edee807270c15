using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry.Views;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>A resource with all that serving it takes.</summary>
internal sealed class ServedResource
{
    private readonly CustomVersion? _custom;
    private readonly SchemaType? _schema;

    public ServedResource(ResourceDescriptor descriptor, ResourceStrategy strategy, Store? store)
    {
        Descriptor = descriptor;
        StorageKind = descriptor.Kind;
        Strategy = strategy;
        Codec = new ObjectCodec(descriptor.Kind);
        _schema = descriptor.SchemaType.Length == 0 ? null : SchemaCatalog.BuiltIn.Find(descriptor.SchemaType);
        SelectableFields = strategy.SelectableFields;
        Collection = IsStored ? store?.GetOrAddCollection(new CollectionDefinition(
            descriptor.Resource.GroupResource.ToString(), IsRelaxed(descriptor.Resource.GroupResource), Describe)) : null;
    }

    /// <summary>A resource whose objects are those of another one, in another form.</summary>
    public ServedResource(ResourceDescriptor descriptor, ObjectView view, ServedResource storage)
    {
        Descriptor = descriptor;
        StorageKind = storage.Descriptor.Kind;
        View = view;
        Strategy = storage.Strategy;
        Codec = new ObjectCodec(storage.Descriptor.Kind, view);
        _schema = SchemaCatalog.BuiltIn.Find(descriptor.SchemaType);
        SelectableFields = storage.SelectableFields;
        Collection = storage.Collection;
        HasOneForm = storage.HasOneForm = false;
    }

    /// <summary>
    /// A version of a custom resource. It is listed from the time that its definition is established, and nothing is
    /// created any more once that is being deleted.
    /// </summary>
    public ServedResource(CustomVersion version, bool isListed, bool isTerminating)
    {
        _custom = version;
        Descriptor = version.Descriptor;
        StorageKind = version.Owner.Storage.Kind;
        Strategy = version.Strategy;
        Codec = version.Codec;
        SelectableFields = version.Strategy.SelectableFields;
        Collection = version.Owner.Collection;
        IsListed = isListed;
        IsTerminating = isTerminating;
    }

    /// <summary>Names, verbs, subresources.</summary>
    public ResourceDescriptor Descriptor { get; }

    /// <summary>The kind that the objects are stored as.</summary>
    public GroupVersionKind StorageKind { get; }

    /// <summary>Behaviour.</summary>
    public ResourceStrategy Strategy { get; }

    /// <summary>Fields; null for a kind that the tables do not describe.</summary>
    public SchemaType? Schema => _custom?.Schema.Type ?? _schema;

    /// <summary>How bodies become objects.</summary>
    public BodyDecoder Decoder => field ??= _custom?.Decoder
        ?? BodyDecoder.Of(_schema ?? throw new InvalidOperationException($"no schema for {Descriptor.Kind}"));

    /// <summary>The stored form.</summary>
    public ObjectCodec Codec { get; }

    /// <summary>How the stored objects are seen through this resource; null when they are seen as they are.</summary>
    public ObjectView? View { get; }

    /// <summary>Whether no view shows the stored objects in another form. False for views.</summary>
    public bool HasOneForm { get; private set; } = true;

    /// <summary>
    /// How an object of another version of the same custom resource is seen through this one; null for built-in kinds.
    /// </summary>
    public ObjectView? VersionView => _custom?.View;

    /// <summary>The strategy's, fetched once.</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; }

    /// <summary>The objects; null for resources that are never stored (reviews, bindings).</summary>
    public StoreCollection? Collection { get; }

    /// <summary>Whether its objects have a protobuf form: those of built-in kinds do.</summary>
    public bool HasProtobuf =>
        _custom is null && _schema is not null && ReferenceEquals(_schema, SchemaCatalog.BuiltIn.Find(_schema.Name));

    /// <summary>Whether discovery and the API documents tell of it.</summary>
    public bool IsListed { get; } = true;

    /// <summary>Whether its definition is being deleted, and nothing can be created.</summary>
    public bool IsTerminating { get; }

    /// <summary>The verbs that discovery tells of.</summary>
    public IReadOnlyList<string> ListedVerbs =>
        IsTerminating ? CustomVersion.VerbsWhileTerminating : Descriptor.Verbs;

    /// <summary>Cancelled when the resource is not served any more as it is here: its watches end.</summary>
    public CancellationToken Retired => _custom?.Owner.Retired ?? CancellationToken.None;

    /// <summary>Tells apart what is made of this resource and what clients can have seen before; null for built-in ones.</summary>
    public string? Fingerprint => _custom?.Owner.Fingerprint;

    /// <summary>The custom resource's version; null for built-in kinds.</summary>
    public CustomVersion? Custom => _custom;

    /// <summary>The same; throws when there is none.</summary>
    public StoreCollection Objects => Collection ?? throw new InvalidOperationException($"{Descriptor.Resource} is not stored");

    /// <summary>Whether objects of this resource live in the store.</summary>
    public bool IsStored => Descriptor.Verbs.Contains("watch");

    /// <summary>The resource without its version: in messages and details.</summary>
    public GroupResource GroupResource => Descriptor.Resource.GroupResource;

    /// <summary>The key of an object.</summary>
    public string KeyOf(string? ns, string name) => Descriptor.Namespaced ? ns + "/" + name : name;

    /// <summary>What the keys of a namespace's objects (or of all, when null or empty) begin with.</summary>
    public string PrefixOf(string? ns) => Descriptor.Namespaced && !string.IsNullOrEmpty(ns) ? ns + "/" : "";

    /// <summary>The description beside an entry of a built-in kind.</summary>
    public static ObjectDescription DescriptionOf(StoredEntry entry) => (ObjectDescription)entry.Description!;

    /// <summary>
    /// What will stand beside the entry of an object of a built-in kind that is about to be stored; null for custom ones, which
    /// their codec describes.
    /// </summary>
    public ObjectDescription? DescriptionOf(JsonObject obj) => _custom is null ? ObjectDescription.Of(obj, SelectableFields) : null;

    /// <summary>The labels of an entry; null for none.</summary>
    public IReadOnlyDictionary<string, string>? LabelsOf(StoredEntry entry) =>
        _custom is null ? DescriptionOf(entry).Labels : _custom.Codec.LabelsOf(entry);

    /// <summary>The value of the n-th selectable field of an entry.</summary>
    public string FieldOf(StoredEntry entry, int index) =>
        _custom is null ? DescriptionOf(entry).Field(index) : _custom.Codec.FieldOf(entry, index);

    private ObjectDescription Describe(StoredEntry entry) =>
        ObjectDescription.Of(entry, SelectableFields, Codec.MetadataOffset);

    // Heartbeats and Events: their owners renew or can miss them, so they do not wait for the disk.
    private static bool IsRelaxed(GroupResource resource) =>
        resource.ToString() is "leases.coordination.k8s.io" or "events";
}
