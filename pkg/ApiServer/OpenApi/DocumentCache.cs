using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kube1.Api;
using Kube1.Api.OpenApi;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents of a table of resources, each made at its first use and kept compressed: two forms of each of some
/// forty documents, and of one more for each version of each group of custom resources. What is in the built-in ones is
/// fixed when the program is built, and so are their hashes: the index, which names all hashes, costs nothing. What
/// definitions say has part in the hashes of the others.
/// </summary>
internal sealed class DocumentCache
{
    private readonly ConcurrentDictionary<(string Hash, bool IsProtobuf), Lazy<CompressedDocument>> _documents = new();
    private readonly IReadOnlyList<ResourceDescriptor> _resources;
    private readonly ILookup<string, ServedResource> _custom;
    private readonly Dictionary<string, string> _hashes;

    /// <summary>The documents of a table; those that an earlier cache has and that are still the same are taken over.</summary>
    public DocumentCache(ResourceTable table, DocumentCache? previous)
    {
        Table = table;
        _resources = [.. table.All.Select(r => r.Descriptor)];
        _custom = table.All.Where(r => r.Custom is not null)
            .ToLookup(r => $"apis/{r.GroupResource.Group}/{r.Descriptor.Resource.Version}");
        Names = OpenApiV3.NamesOf(_resources);
        _hashes = Names.Append("").ToDictionary(n => n, MakeHash, StringComparer.Ordinal);
        var hashes = _hashes.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var (key, document) in previous?._documents ?? [])
        {
            if (hashes.Contains(key.Hash))
            {
                _documents[key] = document;
            }
        }
    }

    /// <summary>The resources.</summary>
    public ResourceTable Table { get; }

    /// <summary>The names of the v3 documents.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The hash of a document, 128 hexadecimal digits; "" is the v2 document.</summary>
    public string HashOf(string name) => _hashes[name];

    /// <summary>The v2 document.</summary>
    public CompressedDocument V2(bool isProtobuf) => Get(
        "", isProtobuf, OpenApiVersion.V2,
        stream => OpenApiV2.Write(
            stream, _resources, KubernetesRelease.GitVersion,
            _custom.SelectMany(g => g).SelectMany(r => CustomDefinitions.Of(r.Custom!, OpenApiVersion.V2))));

    /// <summary>The v3 document of a name.</summary>
    public CompressedDocument V3(string name, bool isProtobuf) => Get(
        name, isProtobuf, OpenApiVersion.V3,
        stream => OpenApiV3.Write(
            stream, name, _resources, KubernetesRelease.GitVersion,
            _custom[name].SelectMany(r => CustomDefinitions.Of(r.Custom!, OpenApiVersion.V3))));

    private string MakeHash(string name)
    {
        var text = new StringBuilder($"{typeof(OpenApiV3).Module.ModuleVersionId}/{KubernetesRelease.GitVersion}/{name}");
        foreach (var resource in name.Length == 0 ? _custom.SelectMany(g => g) : _custom[name])
        {
            text.Append('/').Append(resource.Fingerprint);
        }

        return Convert.ToHexString(SHA512.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private CompressedDocument Get(string name, bool isProtobuf, OpenApiVersion version, Action<Stream> writeJson) =>
        _documents.GetOrAdd((HashOf(name), isProtobuf), key => new Lazy<CompressedDocument>(() => CompressedDocument.Of(
            key.IsProtobuf
                ? stream => GnosticEncoder.Encode(stream, Get(name, false, version, writeJson).Unpack(), version)
                : writeJson))).Value;
}
