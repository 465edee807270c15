using System.Text.RegularExpressions;

namespace Kube1.Kubelet.Images;

/// <summary>
/// Names of images: "nginx" is docker.io/library/nginx:latest.
/// Source: https://kubernetes.io/docs/concepts/containers/images/#image-names
/// </summary>
internal static partial class ImageReference
{
    /// <summary>The name with its default tag; null when it is no image name.</summary>
    public static string? WithDefaultTag(string image)
    {
        if (!Pattern().IsMatch(image))
        {
            return null;
        }

        var lastSlash = image.LastIndexOf('/');
        return image.Contains('@', StringComparison.Ordinal) || image.IndexOf(':', lastSlash + 1) > 0
            ? image
            : image + ":latest";
    }

    /// <summary>Registry and repository, normalised: "docker.io/library/nginx".</summary>
    public static string Repository(string image)
    {
        var name = image.IndexOf('@', StringComparison.Ordinal) is var at && at >= 0 ? image[..at] : image;
        var slash = name.LastIndexOf('/');
        var colon = name.IndexOf(':', slash + 1);
        name = colon >= 0 ? name[..colon] : name;
        var first = name.IndexOf('/', StringComparison.Ordinal) is var s && s > 0 ? name[..s] : "";
        if (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal)
            || first == "localhost")
        {
            return name;
        }

        return "docker.io/" + (first.Length == 0 ? "library/" : "") + name;
    }

    [GeneratedRegex(@"^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/|\[[a-fA-F0-9:]+\](?::[0-9]+)?/)?"
        + @"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
        + @"(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
