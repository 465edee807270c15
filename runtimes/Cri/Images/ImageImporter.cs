using Google.Protobuf.WellKnownTypes;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// Loads images from an archive into containerd without a registry and without a child process: blobs into the
/// content store, names into the image store of CRI's namespace. CRI unpacks an image when its first container is
/// made, on every version of containerd. Imported images are pinned: nothing can bring them back once collected.
/// </summary>
internal sealed class ImageImporter(GrpcChannel channel, TimeProvider time)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    // CRI learns of new images through containerd's events, normally within milliseconds.
    private static readonly TimeSpan VisibleBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan VisibleStep = TimeSpan.FromMilliseconds(5);

    /// <returns>The names, normalised; for an image without a name its id.</returns>
    /// <exception cref="InvalidDataException">The stream is no image archive, or a damaged one.</exception>
    /// <exception cref="RuntimeException">The runtime refused.</exception>
    public async Task<IReadOnlyList<string>> ImportAsync(Stream archive, CancellationToken ct)
    {
        var store = await ContentStore.OpenAsync(channel, time, ct).ConfigureAwait(false);
        await using var lease = store.ConfigureAwait(false);
        var content = await ArchiveContent.ReadAsync(archive, store, ct).ConfigureAwait(false);
        var images = await ArchiveIndex.ReadAsync(content, store, ct).ConfigureAwait(false);
        var names = new List<string>();
        foreach (var image in images)
        {
            // CRI addresses an image by its config's digest; it makes that name itself only for images it pulled.
            await PutAsync(image.ConfigDigest, image, ct).ConfigureAwait(false);
            foreach (var name in image.Names)
            {
                await PutAsync(name, image, ct).ConfigureAwait(false);
            }

            foreach (var name in image.Names.DefaultIfEmpty(image.ConfigDigest))
            {
                await WaitUntilVisibleAsync(name, image.ConfigDigest, ct).ConfigureAwait(false);
                names.Add(name);
            }
        }

        return names;
    }

    private async Task PutAsync(string name, ArchivedImage image, CancellationToken ct)
    {
        var message = new Containerd.Images.Image { Name = name, Target = image.Target };
        message.Labels["io.cri-containerd.image"] = "managed";
        message.Labels[PinnedImages.Label] = PinnedImages.Value;
        var call = RpcCall.Within(CallDeadline) with { Metadata = [ContainerdMethods.Namespace] };
        try
        {
            var request = new Containerd.Images.CreateImageRequest { Image = message };
            await channel.UnaryAsync(ContainerdMethods.CreateImage, request, call, ct).ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.AlreadyExists)
        {
            var request = new Containerd.Images.UpdateImageRequest
            {
                Image = message,
                UpdateMask = new FieldMask { Paths = { "target", "labels" } },
            };
            await channel.UnaryAsync(ContainerdMethods.UpdateImage, request, call, ct).ConfigureAwait(false);
        }
    }

    private async Task WaitUntilVisibleAsync(string name, string id, CancellationToken ct)
    {
        var request = new V1.ImageStatusRequest { Image = new V1.ImageSpec { Image = name } };
        var start = time.GetTimestamp();
        while (true)
        {
            var response = await channel
                .UnaryAsync(CriMethods.ImageStatus, request, RpcCall.Within(CallDeadline), ct)
                .ConfigureAwait(false);
            if (response.Image?.Id == id)
            {
                return;
            }

            if (time.GetElapsedTime(start) > VisibleBound)
            {
                throw new RuntimeException(
                    RuntimeErrorCode.DeadlineExceeded,
                    $"the image {name} was imported, but the runtime does not list it");
            }

            await Task.Delay(VisibleStep, time, ct).ConfigureAwait(false);
        }
    }
}
