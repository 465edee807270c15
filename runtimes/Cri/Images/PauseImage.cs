using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// The image of the process that holds a pod's namespaces. It is made here, so that no registry is needed to start the
/// first pod.
/// </summary>
public static class PauseImage
{
    /// <summary>The name under which the runtime is told to look for it.</summary>
    public const string Name = "kube1.local/pause:3.10";

    /// <summary>Writes the image as an archive that <see cref="IPodRuntime.ImportImagesAsync"/> takes.</summary>
    public static void CreateArchive(Stream output) => new ImageArchive
    {
        Names = [Name],
        Entries =
        [
            new LayerEntry(
                "pause",
                UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                    | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
                PauseProgram.Build()),
        ],
        Entrypoint = ["/pause"],
        // As upstream's pause image: nothing in it needs root.
        User = "65535:65535",
    }.Write(output);

    /// <summary>Imports the image unless the runtime has it.</summary>
    public static async Task EnsureAsync(IPodRuntime runtime, CancellationToken ct)
    {
        if (await runtime.ImageStatusAsync(Name, ct).ConfigureAwait(false) is not null)
        {
            return;
        }

        using var archive = new MemoryStream();
        CreateArchive(archive);
        archive.Position = 0;
        await runtime.ImportImagesAsync(archive, ct).ConfigureAwait(false);
    }
}
