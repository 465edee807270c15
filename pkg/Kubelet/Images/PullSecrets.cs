using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Images;

/// <summary>
/// Registry credentials from a pod's imagePullSecrets, the most fitting first.
/// Source: https://kubernetes.io/docs/concepts/containers/images/#config-json
/// </summary>
internal sealed class PullSecrets(IConfigSource configs)
{
    /// <summary>All credentials that fit the image; empty when an anonymous pull is all there is.</summary>
    public async Task<List<ImageAuth>> ForAsync(V1Pod pod, string image, CancellationToken ct)
    {
        var repository = ImageReference.Repository(image);
        var found = new List<(string Registry, ImageAuth Auth)>();
        foreach (var reference in pod.Spec!.ImagePullSecrets ?? [])
        {
            var secret = await configs.SecretAsync(pod.Metadata.Namespace!, reference.Name ?? "", ct);
            if (secret?.Data is { } data)
            {
                found.AddRange(Read(data));
            }
        }

        return [.. found.Where(f => Matches(f.Registry, repository))
            .OrderByDescending(f => f.Registry.Length)
            .Select(f => f.Auth)];
    }

    private static IEnumerable<(string, ImageAuth)> Read(Dictionary<string, byte[]> data)
    {
        JsonNode? auths;
        try
        {
            auths = data.TryGetValue(".dockerconfigjson", out var config)
                ? JsonNode.Parse(config)?["auths"]
                : data.TryGetValue(".dockercfg", out var old) ? JsonNode.Parse(old) : null;
        }
        catch (JsonException)
        {
            // A secret that is no JSON holds no credentials; the pull itself will tell what is missing.
            yield break;
        }

        foreach (var (registry, entry) in auths as JsonObject ?? [])
        {
            var user = Text(entry, "username");
            var password = Text(entry, "password");
            if (Text(entry, "auth") is { Length: > 0 } auth && TryDecode(auth, out var pair)
                && pair.IndexOf(':', StringComparison.Ordinal) is var colon && colon > 0)
            {
                (user, password) = (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
            }

            yield return (Normalise(registry),
                new ImageAuth(user, password, IdentityToken: Text(entry, "identitytoken"), RegistryToken: Text(entry, "registrytoken")));
        }
    }

    private static string Text(JsonNode? entry, string name) =>
        entry is JsonObject o && o[name] is JsonValue v && v.TryGetValue<string>(out var text) ? text : "";

    private static bool TryDecode(string base64, out string text)
    {
        var buffer = new byte[base64.Length];
        var ok = Convert.TryFromBase64String(base64, buffer, out var length);
        text = ok ? Encoding.UTF8.GetString(buffer, 0, length) : "";
        return ok;
    }

    private static string Normalise(string registry)
    {
        foreach (var scheme in new[] { "https://", "http://" })
        {
            registry = registry.StartsWith(scheme, StringComparison.Ordinal) ? registry[scheme.Length..] : registry;
        }

        registry = registry.TrimEnd('/');
        foreach (var suffix in new[] { "/v1", "/v2" })
        {
            registry = registry.EndsWith(suffix, StringComparison.Ordinal) ? registry[..^suffix.Length] : registry;
        }

        return registry == "index.docker.io" ? "docker.io" : registry;
    }

    /// <summary>Host parts may be globs of one label each; a path matches by prefix.</summary>
    private static bool Matches(string pattern, string repository)
    {
        var (patternHost, patternPath) = Split(pattern);
        var (host, path) = Split(repository);
        var wanted = patternHost.Split('.');
        var labels = host.Split('.');
        return wanted.Length == labels.Length
            && wanted.Zip(labels).All(p => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(p.First, p.Second))
            && path.StartsWith(patternPath, StringComparison.Ordinal);
    }

    private static (string Host, string Path) Split(string name) =>
        name.IndexOf('/', StringComparison.Ordinal) is var slash && slash > 0 ? (name[..slash], name[slash..]) : (name, "");
}
