namespace Kube1.Build;

/// <summary>Makes dist/kube1: one self-contained, trimmed, ReadyToRun file.</summary>
internal static class Publisher
{
    public static int Publish(string root, IReadOnlyList<string> arguments)
    {
        var runtime = Argument(arguments, "--runtime") ?? "linux-x64";
        var output = Path.Combine(root, "dist");
        var commit = Shell.Capture("git", "-C", root, "rev-parse", "HEAD") is (0, var hash) ? hash.Trim() : "unknown";
        Shell.Require(
            "dotnet publish failed", "dotnet", "publish", Path.Combine(root, "cmd/kube1/Kube1.csproj"), "-c", "Release",
            "-r", runtime, "--self-contained", "-o", output, "-v", "q", "-nologo", $"-p:SourceRevisionId={commit}",
            $"-p:BuildDate={TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}",
            "-p:PublishSingleFile=true", "-p:PublishReadyToRun=true", "-p:PublishTrimmed=true",
            "-p:IncludeNativeLibrariesForSelfExtract=true", "-p:DebugType=none", "-p:DebugSymbols=false");
        var file = new FileInfo(Path.Combine(output, runtime.StartsWith("win", StringComparison.Ordinal) ? "kube1.exe" : "kube1"));
        Console.WriteLine($"build: {Path.GetRelativePath(root, file.FullName)}, {file.Length / 1_000_000} MB");
        return 0;
    }

    /// <summary>The value after a flag, or null.</summary>
    internal static string? Argument(IReadOnlyList<string> arguments, string flag)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] == flag)
            {
                return arguments[i + 1];
            }
        }

        return null;
    }
}
