using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Runtimes.Cri.Containerd.Types;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>An image found in an archive, its blobs stored already.</summary>
internal sealed record ArchivedImage(ContentDescriptor Target, string ConfigDigest, IReadOnlyList<string> Names);

/// <summary>
/// Finds the images of an archive by index.json (OCI image layout, which docker save writes too since 25) or by
/// manifest.json (docker save before), and stores their manifests with the references that keep the blobs alive.
/// </summary>
internal sealed class ArchiveIndex
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";

    // An index may refer to indexes; deeper than this is no image.
    private const int MaxIndexDepth = 4;

    private readonly ArchiveContent _content;
    private readonly ContentStore _store;
    private readonly CancellationToken _ct;

    private ArchiveIndex(ArchiveContent content, ContentStore store, CancellationToken ct)
    {
        _content = content;
        _store = store;
        _ct = ct;
    }

    public static async Task<IReadOnlyList<ArchivedImage>> ReadAsync(
        ArchiveContent content, ContentStore store, CancellationToken ct)
    {
        var index = new ArchiveIndex(content, store, ct);
        try
        {
            var images = content.Document("index.json") is { } layout
                ? await index.FromLayoutAsync(Parse(layout, "index.json")).ConfigureAwait(false)
                : content.Document("manifest.json") is { } manifest
                    ? await index.FromDockerAsync(Parse(manifest, "manifest.json")).ConfigureAwait(false)
                    : throw new InvalidDataException(
                        "the archive holds neither index.json nor manifest.json; it is no image archive");
            return images.Count > 0 ? images : throw new InvalidDataException("the archive holds no image");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException("the archive's index is malformed: " + e.Message, e);
        }
    }

    private async Task<List<ArchivedImage>> FromLayoutAsync(JsonNode layout)
    {
        var tagsByConfig = DockerTags();
        var images = new List<ArchivedImage>();
        foreach (var node in layout["manifests"]?.AsArray() ?? [])
        {
            var descriptor = Descriptor(node!);
            var configDigest = await StoreTreeAsync(descriptor, 0).ConfigureAwait(false);
            if (configDigest is null)
            {
                continue; // an attestation, or an image for other machines only
            }

            var names = new List<string>();
            var annotations = node!["annotations"];
            if ((string?)annotations?["io.containerd.image.name"] is { } full)
            {
                names.Add(ImageReference.Normalise(full));
            }
            else if ((string?)annotations?["org.opencontainers.image.ref.name"] is { } reference
                && reference.AsSpan().ContainsAny(':', '/'))
            {
                names.Add(ImageReference.Normalise(reference));
            }

            names.AddRange(tagsByConfig[configDigest]);
            images.Add(new ArchivedImage(descriptor, configDigest, [.. names.Distinct()]));
        }

        return images.Count > 0
            ? images
            : throw new InvalidDataException($"the archive holds no image for linux/{Architecture}");
    }

    private ILookup<string, string> DockerTags()
    {
        if (_content.Document("manifest.json") is not { } manifest)
        {
            return Array.Empty<string>().ToLookup(s => s);
        }

        return Parse(manifest, "manifest.json").AsArray()
            .SelectMany(image => (image!["RepoTags"]?.AsArray() ?? [])
                .Select(tag => (Config: (string)image["Config"]!, Tag: (string)tag!)))
            .ToLookup(
                pair => "sha256:" + Path.GetFileNameWithoutExtension(pair.Config),
                pair => ImageReference.Normalise(pair.Tag));
    }

    /// <summary>Stores a manifest or index with all that the archive holds of it.</summary>
    /// <returns>The digest of the config for this machine; null when there is none.</returns>
    private async Task<string?> StoreTreeAsync(ContentDescriptor descriptor, int depth)
    {
        var path = ArchiveContent.BlobPath(descriptor.Digest);
        if (_content.Document(path) is not { } bytes || depth > MaxIndexDepth)
        {
            return null;
        }

        var document = Parse(bytes, path);
        if (document["manifests"] is JsonArray children)
        {
            return await StoreIndexAsync(descriptor, bytes, children, depth).ConfigureAwait(false);
        }

        if (document["config"] is not { } config || document["layers"] is not JsonArray layers)
        {
            return null;
        }

        var labels = new Dictionary<string, string>();
        var configDigest = (string)config["digest"]!;
        var configBytes = _content.Document(ArchiveContent.BlobPath(configDigest))
            ?? throw Missing(configDigest);
        if (!MatchesMachine(Parse(configBytes, configDigest)))
        {
            return null;
        }

        await StoreDocumentAsync(configBytes, configDigest, []).ConfigureAwait(false);
        labels["containerd.io/gc.ref.content.config"] = configDigest;
        for (var i = 0; i < layers.Count; i++)
        {
            var digest = (string)layers[i]!["digest"]!;
            if (_content.Blob(ArchiveContent.BlobPath(digest)) is null)
            {
                throw Missing(digest);
            }

            labels[$"containerd.io/gc.ref.content.l.{i}"] = digest;
        }

        await StoreDocumentAsync(bytes, descriptor.Digest, labels).ConfigureAwait(false);
        return configDigest;
    }

    private async Task<string?> StoreIndexAsync(
        ContentDescriptor descriptor, byte[] bytes, JsonArray children, int depth)
    {
        var labels = new Dictionary<string, string>();
        string? found = null;
        for (var i = 0; i < children.Count; i++)
        {
            var child = Descriptor(children[i]!);
            if (await StoreTreeAsync(child, depth + 1).ConfigureAwait(false) is { } config)
            {
                found ??= config;
                labels[$"containerd.io/gc.ref.content.m.{i}"] = child.Digest;
            }
        }

        if (found is not null)
        {
            await StoreDocumentAsync(bytes, descriptor.Digest, labels).ConfigureAwait(false);
        }

        return found;
    }

    private async Task<List<ArchivedImage>> FromDockerAsync(JsonNode manifest)
    {
        var images = new List<ArchivedImage>();
        foreach (var image in manifest.AsArray())
        {
            var configPath = (string)image!["Config"]!;
            var config = _content.Document(configPath) ?? throw Missing(configPath);
            var stored = await StoreDocumentAsync(config, null, []).ConfigureAwait(false);
            var labels = new Dictionary<string, string> { ["containerd.io/gc.ref.content.config"] = stored.Digest };
            var layers = new JsonArray();
            foreach (var layer in image["Layers"]?.AsArray() ?? [])
            {
                var blob = _content.Blob((string)layer!) ?? throw Missing((string)layer!);
                labels[string.Create(CultureInfo.InvariantCulture, $"containerd.io/gc.ref.content.l.{layers.Count}")] =
                    blob.Digest;
                layers.Add((JsonNode)Describe(LayerCompression.MediaType(blob.Head), blob));
            }

            var document = new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = ManifestType,
                ["config"] = Describe(ConfigType, stored),
                ["layers"] = layers,
            };
            var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
            var target = await StoreDocumentAsync(bytes, null, labels).ConfigureAwait(false);
            var names = (image["RepoTags"]?.AsArray() ?? []).Select(t => ImageReference.Normalise((string)t!));
            images.Add(new ArchivedImage(
                new ContentDescriptor { MediaType = ManifestType, Digest = target.Digest, Size = target.Size },
                stored.Digest,
                [.. names.Distinct()]));
        }

        return images;
    }

    private async Task<StoredBlob> StoreDocumentAsync(
        byte[] bytes, string? expected, Dictionary<string, string> labels)
    {
        using var stream = new MemoryStream(bytes);
        return await _store.WriteAsync(stream, expected, labels, _ct).ConfigureAwait(false);
    }

    private static JsonObject Describe(string mediaType, StoredBlob blob) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = blob.Digest,
        ["size"] = blob.Size,
    };

    private static ContentDescriptor Descriptor(JsonNode node) => new()
    {
        MediaType = (string?)node["mediaType"] ?? ManifestType,
        Digest = (string)node["digest"]!,
        Size = (long)node["size"]!,
    };

    private static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    private static bool MatchesMachine(JsonNode config) =>
        (string?)config["architecture"] is null or "" || (string?)config["architecture"] == Architecture;

    private static InvalidDataException Missing(string what) =>
        new($"the archive is incomplete: {what} is missing");

    private static JsonNode Parse(byte[] bytes, string name)
    {
        try
        {
            return JsonNode.Parse(bytes) ?? throw new InvalidDataException($"{name} in the archive is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} in the archive is no JSON: {e.Message}", e);
        }
    }
}
