using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Views;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>One version of a custom resource with what serving it takes. The schema is compiled when it is first needed.</summary>
internal sealed class CustomVersion
{
    /// <summary>What discovery tells of while the definition is being deleted.</summary>
    public static readonly IReadOnlyList<string> VerbsWhileTerminating = ["delete", "deletecollection", "get", "list", "watch"];

    private static readonly string[] Verbs =
        ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    private static readonly string[] SubresourceVerbs = ["get", "patch", "update"];

    private static readonly GroupVersionKind Scale = new("autoscaling", "v1", "Scale");

    private readonly Lazy<CustomSchema> _schema;

    /// <summary>Reads the version at an index of spec.versions.</summary>
    public CustomVersion(CustomResource owner, JsonObject spec, JsonObject version, int index)
    {
        Owner = owner;
        Index = index;
        Name = version.Text("name");
        IsServed = version.Flag("served");
        IsStorage = version.Flag("storage");
        Kind = new GroupVersionKind(owner.Group, Name, owner.Names.Kind);
        HasStatus = version.Child("subresources").Child("status") is not null;
        ScaleMapping = CustomScale.Read(version.Child("subresources").Child("scale"));
        SchemaFingerprint = Convert.ToHexString(SHA256.HashData(CanonicalJson.Serialize(version["schema"])));
        Descriptor = Describe();
        Codec = new CustomObjectCodec(this);
        Decoder = new CustomBodyDecoder(this);
        View = new CustomVersionView(this) { Kind = Kind };
        Strategy = new CustomResourceStrategy(this, spec, version);
        _schema = new(() => CustomSchema.Read(owner.Definition, index, Kind, owner.PreservesUnknownFields));
    }

    /// <summary>The resource.</summary>
    public CustomResource Owner { get; }

    /// <summary>Its place in spec.versions.</summary>
    public int Index { get; }

    /// <summary>"v1"</summary>
    public string Name { get; }

    /// <summary>Whether clients may use it.</summary>
    public bool IsServed { get; }

    /// <summary>Whether objects are stored in it.</summary>
    public bool IsStorage { get; }

    /// <summary>The kind of its objects.</summary>
    public GroupVersionKind Kind { get; }

    /// <summary>Whether the status is a subresource.</summary>
    public bool HasStatus { get; }

    /// <summary>Where the replicas are; null when there is no such subresource.</summary>
    public ScaleMapping? ScaleMapping { get; }

    /// <summary>The same for versions with the same schema.</summary>
    public string SchemaFingerprint { get; }

    /// <summary>What discovery tells of it.</summary>
    public ResourceDescriptor Descriptor { get; }

    /// <summary>Between the store and requests for this version.</summary>
    public CustomObjectCodec Codec { get; }

    /// <summary>From bodies to objects.</summary>
    public BodyDecoder Decoder { get; }

    /// <summary>Objects of other versions as objects of this one.</summary>
    public ObjectView View { get; }

    /// <summary>Behaviour.</summary>
    public CustomResourceStrategy Strategy { get; }

    /// <summary>The schema; throws 500 when it cannot be served.</summary>
    public CustomSchema Schema => _schema.Value;

    /// <summary>
    /// Whether an object of the other version, when nothing is done but to rename its version, is one of this: the
    /// schemas are the same.
    /// </summary>
    public bool Agrees(CustomVersion other) => ReferenceEquals(this, other)
        || (Owner.IsRenamed && ReferenceEquals(Owner, other.Owner) && SchemaFingerprint == other.SchemaFingerprint);

    /// <summary>
    /// An object of another version, which is the converter's to change, as one of this. Throws
    /// <see cref="ApiException"/> when it cannot be converted.
    /// </summary>
    public async ValueTask<JsonObject> ConvertAsync(JsonObject other, CancellationToken cancellationToken)
    {
        var converted = await Owner.Converter.ConvertAsync([other], Kind.ApiVersion, cancellationToken)
            .ConfigureAwait(false);
        return converted.Count == 1
            ? Schema.Prune(converted[0])
            : throw ApiErrors.Internal($"conversion returned {converted.Count} objects, expected 1");
    }

    /// <summary>"com.example.v1.Foo": the kind's name in the API documents.</summary>
    public static string ModelName(string group, string version, string kind) =>
        $"{string.Join('.', group.Split('.').Reverse())}.{version}.{kind}";

    private ResourceDescriptor Describe()
    {
        var subresources = new List<SubresourceDescriptor>();
        if (HasStatus)
        {
            subresources.Add(new SubresourceDescriptor("status", Kind, SubresourceVerbs));
        }

        if (ScaleMapping is not null)
        {
            subresources.Add(new SubresourceDescriptor("scale", Scale, SubresourceVerbs));
        }

        return new ResourceDescriptor
        {
            Resource = new GroupVersionResource(Owner.Group, Name, Owner.Names.Plural),
            Kind = Kind,
            ListKind = Owner.Names.ListKind,
            Namespaced = Owner.Namespaced,
            Singular = Owner.Names.Singular,
            ShortNames = Owner.Names.ShortNames,
            Categories = Owner.Names.Categories,
            Verbs = Verbs,
            Subresources = subresources,
            SchemaType = ModelName(Owner.Group, Name, Owner.Names.Kind),
            IsCustom = true,
        };
    }
}
