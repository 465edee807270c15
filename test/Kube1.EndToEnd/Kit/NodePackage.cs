namespace Kube1.EndToEnd.Kit;

/// <summary>
/// Programs of the tests that use the Kubernetes client for Node, beside the packages that their package-lock.json names;
/// installed once into artifacts/.
/// </summary>
internal static class NodePackage
{
    private const string Client = "test/Kube1.EndToEnd/Workloads/Clients/testdata/node";

    private static readonly SemaphoreSlim Gate = new(1);
    private static string? _failure;

    private static string Folder => Path.Combine(Checkout.Artifacts, "tools", "node-client");

    /// <summary>
    /// The folder of the programs. Where the registry does not give the packages, the test is skipped and says so: it
    /// tests Kube1, not the way there.
    /// </summary>
    public static async Task<string> ClientAsync()
    {
        await PrepareAsync();
        if (_failure is not null)
        {
            Assert.Ignore("the packages of the Node client could not be fetched: " + _failure);
        }

        return Folder;
    }

    /// <summary>Fetches the packages, unless that was tried before.</summary>
    public static async Task PrepareAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (_failure is null)
            {
                await InstallAsync(Path.Combine(Checkout.Root, Client), Directory.CreateDirectory(Folder).FullName);
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task InstallAsync(string source, string folder)
    {
        var changed = false;
        foreach (var file in Directory.GetFiles(source))
        {
            var target = Path.Combine(folder, Path.GetFileName(file));
            changed |= Path.GetFileName(file) == "package-lock.json" && !IsSame(file, target);
            File.Copy(file, target, overwrite: true);
        }

        // npm writes its own lock file there when all is done.
        if (changed || !File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            // The lock file names every package's version and hash: nothing is looked up, and each run has the same.
            _failure = await Npm.TryAsync("ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts");
        }
    }

    private static bool IsSame(string file, string other) =>
        File.Exists(other) && File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other));
}
