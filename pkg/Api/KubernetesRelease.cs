using System.Reflection;
using System.Runtime.InteropServices;

namespace Kube1.Api;

/// <summary>The Kubernetes release whose API is served; /version, node status and `kube1 version` report it.</summary>
public static class KubernetesRelease
{
    /// <summary>"1"</summary>
    public const string Major = "1";

    /// <summary>"36"</summary>
    public const string Minor = "36";

    /// <summary>The minor version before, whose clients and objects are served as well.</summary>
    public const string MinCompatibilityMinor = "35";

    /// <summary>"v1.36.2+kube1": clients compare major, minor and patch; the suffix tells who answers.</summary>
    public const string GitVersion = "v1.36.2+kube1";

    /// <summary>The commit that this program was published from; empty for one that was only built.</summary>
    public static string GitCommit { get; } = BuiltWith("GitCommit") ?? "";

    /// <summary>When it was published, RFC 3339; like upstream's, the epoch for one that was only built.</summary>
    public static string BuildDate { get; } = BuiltWith("BuildDate") ?? "1970-01-01T00:00:00Z";

    /// <summary>What stands in for the Go version: ".NET 10.0.1".</summary>
    public static string Runtime => RuntimeInformation.FrameworkDescription;

    /// <summary>What the sources were compiled with.</summary>
    public const string Compiler = "roslyn";

    /// <summary>Operating system and architecture in Go's words: "linux/amd64".</summary>
    public static string Platform { get; } = GoPlatform(RuntimeInformation.RuntimeIdentifier);

    /// <summary>"win-x64" is "windows/amd64" there.</summary>
    internal static string GoPlatform(string runtimeIdentifier)
    {
        var dash = runtimeIdentifier.LastIndexOf('-');
        var system = runtimeIdentifier[..dash];
        var architecture = runtimeIdentifier[(dash + 1)..];
        return (system.StartsWith("win", StringComparison.Ordinal) ? "windows" : "linux") + "/" + architecture switch
        {
            "x64" => "amd64",
            "x86" => "386",
            _ => architecture,
        };
    }

    private static string? BuiltWith(string key) => typeof(KubernetesRelease).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;
}
