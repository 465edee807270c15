using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// What the spec and the accepted names of a CustomResourceDefinition make: one collection of objects, served in several
/// versions. It is immutable; when one of the two changes, another one takes its place and this one is retired.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "a source without a timer holds nothing, and requests may still ask its token")]
internal sealed class CustomResource
{
    private readonly CancellationTokenSource _retired = new();
    private readonly Dictionary<string, CustomVersion> _byApiVersion;

    /// <summary>Reads a definition whose names were accepted; <paramref name="converter"/> makes what its spec asks for.</summary>
    public CustomResource(
        StoredEntry entry, JsonObject definition, string fingerprint, Store store,
        Func<JsonObject, ICustomResourceConverter> converter)
    {
        Fingerprint = fingerprint;
        Definition = entry;
        Uid = definition.Text("metadata.uid");
        var spec = definition.Child("spec")!;
        var names = definition.Child("status").Child("acceptedNames")!;
        Group = spec.Text("group");
        Names = CustomNames.Of(names);
        Namespaced = spec.Text("scope") == "Namespaced";
        PreservesUnknownFields = spec.Flag("preserveUnknownFields");
        Collection = store.GetOrAddCollection(new CollectionDefinition(
            new GroupResource(Group, Names.Plural).ToString(), Describe: CustomObjectDescription.Unknown));
        Collection.KeepHistory();
        Versions = [.. spec.Items("versions").Select((version, i) => new CustomVersion(this, spec, version, i))];
        Storage = Versions.First(v => v.IsStorage);
        _byApiVersion = Versions.ToDictionary(v => v.Kind.ApiVersion, StringComparer.Ordinal);
        Converter = spec.Text("conversion.strategy") == "Webhook" ? converter(definition) : VersionRenaming.Instance;
    }

    /// <summary>The definition's uid, which tells it from others of its name.</summary>
    public string Uid { get; }

    /// <summary>"example.com"</summary>
    public string Group { get; }

    /// <summary>The accepted names.</summary>
    public CustomNames Names { get; }

    /// <summary>Whether its objects live in namespaces.</summary>
    public bool Namespaced { get; }

    /// <summary>spec.preserveUnknownFields, which only old definitions can have.</summary>
    public bool PreservesUnknownFields { get; }

    /// <summary>All versions, served or not, in the order of the definition.</summary>
    public IReadOnlyList<CustomVersion> Versions { get; }

    /// <summary>The version in which objects are written to the store.</summary>
    public CustomVersion Storage { get; }

    /// <summary>From version to version.</summary>
    public ICustomResourceConverter Converter { get; }

    /// <summary>Whether versions differ in nothing but their names and what their schemas know.</summary>
    public bool IsRenamed => ReferenceEquals(Converter, VersionRenaming.Instance);

    /// <summary>The objects, whatever their version.</summary>
    public StoreCollection Collection { get; }

    /// <summary>The definition as it was when this was made of it.</summary>
    public StoredEntry Definition { get; }

    /// <summary>The same for the same spec and accepted names of the same definition.</summary>
    public string Fingerprint { get; }

    /// <summary>Cancelled when another one has taken its place.</summary>
    public CancellationToken Retired => _retired.Token;

    /// <summary>The version of this name; null when there is none.</summary>
    public CustomVersion? FindVersion(string apiVersion) => _byApiVersion.GetValueOrDefault(apiVersion);

    /// <summary>Ends the watches that read by this.</summary>
    public void Retire() => _retired.Cancel();

    /// <summary>What <see cref="Fingerprint"/> is of a definition.</summary>
    public static string FingerprintOf(JsonObject definition)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { definition.At("metadata.uid"), definition["spec"], definition.At("status.acceptedNames") })
        {
            hash.AppendData(CanonicalJson.Serialize(part));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
