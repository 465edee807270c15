namespace Kube1.EndToEnd.Kit;

/// <summary>A folder with the package-lock.json of a test, its packages installed once into artifacts/. Only tests need it.</summary>
internal static class NodePackage
{
    /// <summary>The folder with the test's files beside node_modules.</summary>
    public static async Task<string> InstallAsync(string source, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.Artifacts, "tools", name)).FullName;
        var changed = false;
        foreach (var file in Directory.GetFiles(source))
        {
            var target = Path.Combine(folder, Path.GetFileName(file));
            changed |= Path.GetFileName(file) == "package-lock.json" && !IsSame(file, target);
            File.Copy(file, target, overwrite: true);
        }

        if (changed || !Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            // The lock file names every package's version and hash: nothing is looked up, and each run has the same.
            await Npm.RunAsync("ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts");
        }

        return folder;
    }

    private static bool IsSame(string file, string other) =>
        File.Exists(other) && File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other));
}
