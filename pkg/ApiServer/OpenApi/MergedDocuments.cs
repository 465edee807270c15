using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.ApiServer.Extensions.Aggregation;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents of this server together with those of the servers behind APIServices, at one time. Of v3 documents
/// only the index is made of both: the others are asked of the server that has them, but for those that this one makes of
/// what older servers publish in v2.
/// </summary>
internal sealed class MergedDocuments
{
    private readonly ConcurrentDictionary<bool, Lazy<CompressedDocument>> _v2 = new();
    private readonly SortedDictionary<string, ApiService> _remote = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ConvertedSpec> _converted = new(StringComparer.Ordinal);
    private readonly List<RemoteSpec> _specs = [];

    public MergedDocuments(
        DocumentCache own, ApiServices services, ImmutableDictionary<string, RemotePublication> remote)
    {
        (Own, Services, Remote) = (own, services, remote);
        foreach (var service in services.Remote.OrderByDescending(s => s.GroupPriority)
            .ThenByDescending(s => s.VersionPriority).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            var publication = remote.GetValueOrDefault(service.Name) ?? RemotePublication.None;
            if (publication.Spec is { } spec)
            {
                _specs.Add(spec);
            }

            if (publication.Converted is { } converted)
            {
                _converted[NameOf(service)] = converted;
            }

            foreach (var name in publication.Addresses.Keys.Where(n => IsFor(n, service) || !own.Names.Contains(n)))
            {
                if (IsFor(name, service))
                {
                    _remote[name] = service;
                }
                else
                {
                    _remote.TryAdd(name, service);
                }
            }
        }

        foreach (var name in _converted.Keys)
        {
            _remote.Remove(name);
        }
    }

    /// <summary>What this was made of.</summary>
    public DocumentCache Own { get; }

    /// <summary>What this was made of.</summary>
    public ApiServices Services { get; }

    /// <summary>What this was made of.</summary>
    public ImmutableDictionary<string, RemotePublication> Remote { get; }

    /// <summary>The hash of the v2 document, 128 hexadecimal digits.</summary>
    public string V2Hash => _specs.Count == 0
        ? Own.HashOf("")
        : Convert.ToHexString(SHA512.HashData(Encoding.ASCII.GetBytes(Own.HashOf("") + string.Concat(_specs.Select(s => s.Hash)))));

    /// <summary>The server that has the v3 document of a name; null for none but perhaps this one.</summary>
    public ApiService? ServerOf(string name) => _remote.GetValueOrDefault(name);

    /// <summary>The v3 document of a name that is made of a server's v2 document; null for none.</summary>
    public ConvertedSpec? ConvertedOf(string name) => _converted.GetValueOrDefault(name);

    /// <summary>Whether this server has the v3 document of a name, and nobody else has taken its group version over.</summary>
    public bool IsOwn(string name) => Own.Names.Contains(name) && !_remote.ContainsKey(name)
        && !Services.Remote.Any(s => IsFor(name, s));

    /// <summary>
    /// The member "paths" of the index of v3 documents; <paramref name="addressOf"/> gives the address here of a name's
    /// document with a hash.
    /// </summary>
    public JsonObject Index(Func<string, string, string> addressOf)
    {
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Own.Names.Where(IsOwn))
        {
            addresses[name] = addressOf(name, Own.HashOf(name));
        }

        foreach (var (name, converted) in _converted)
        {
            addresses[name] = addressOf(name, converted.Hash);
        }

        foreach (var (name, service) in _remote)
        {
            addresses[name] = Remote[service.Name].Addresses[name];
        }

        return new JsonObject(addresses.Select(a => KeyValuePair.Create(
            a.Key, (JsonNode?)new JsonObject { ["serverRelativeURL"] = a.Value })));
    }

    /// <summary>The v2 document.</summary>
    public CompressedDocument V2(bool isProtobuf) => _specs.Count == 0
        ? Own.V2(isProtobuf)
        : _v2.GetOrAdd(isProtobuf, key => new Lazy<CompressedDocument>(() => CompressedDocument.Of(key
            ? stream => GnosticEncoder.Encode(stream, V2(false).Unpack(), OpenApiVersion.V2)
            : stream => SpecMerge.Write(stream, Own.V2(false), _specs)))).Value;

    // "apis/example.org/v1" is for v1.example.org.
    private static bool IsFor(string name, ApiService service) => name == NameOf(service);

    private static string NameOf(ApiService service) =>
        service.Group.Length == 0 ? "api/" + service.Version : service.Path[1..];
}
