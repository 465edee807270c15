namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// Image names in the full form in which containerd keeps them
/// (https://github.com/distribution/reference: "busybox" is docker.io/library/busybox:latest).
/// </summary>
internal static class ImageReference
{
    private const string DefaultDomain = "docker.io";

    /// <exception cref="FormatException">The name can be no image's.</exception>
    public static string Normalise(string name)
    {
        if (name.Length == 0 || name.Any(c => c <= ' ' || c > '~'))
        {
            throw new FormatException($"\"{name}\" is no image name");
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        string domain, path;
        if (slash > 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost"))
        {
            (domain, path) = (first == "index.docker.io" ? DefaultDomain : first, name[(slash + 1)..]);
        }
        else
        {
            (domain, path) = (DefaultDomain, name);
        }

        if (path.Length == 0 || path.StartsWith(':') || path.StartsWith('@') || path.StartsWith('/'))
        {
            throw new FormatException($"\"{name}\" is no image name");
        }

        if (domain == DefaultDomain && !path.Contains('/', StringComparison.Ordinal))
        {
            path = "library/" + path;
        }

        var tagged = path.Contains('@', StringComparison.Ordinal)
            || path.LastIndexOf(':') > path.LastIndexOf('/');
        return tagged ? $"{domain}/{path}" : $"{domain}/{path}:latest";
    }
}
