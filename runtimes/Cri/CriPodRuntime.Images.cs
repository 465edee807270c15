using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Mapping;

namespace Kube1.Runtimes.Cri;

/// <summary>Images.</summary>
public sealed partial class CriPodRuntime
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<RuntimeImage>> ListImagesAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.ListImages, new V1.ListImagesRequest(), ct);
        var pinned = await _pinned.NamesAsync(ct).ConfigureAwait(false);
        return [.. response.Images.Select(i => StatsMapping.FromProto(i, IsPinned(i, pinned)))];
    }

    /// <inheritdoc/>
    public async Task<RuntimeImage?> ImageStatusAsync(string image, CancellationToken ct)
    {
        var request = new V1.ImageStatusRequest { Image = new V1.ImageSpec { Image = image } };
        var response = await NullIfGoneAsync(CallAsync(CriMethods.ImageStatus, request, ct));
        if (response?.Image is not { } found)
        {
            return null;
        }

        var pinned = await _pinned.NamesAsync(ct).ConfigureAwait(false);
        return StatsMapping.FromProto(found, IsPinned(found, pinned));
    }

    /// <inheritdoc/>
    public async Task<string> PullImageAsync(
        string image, ImageAuth? auth, SandboxConfig? sandbox, CancellationToken ct)
    {
        var request = new V1.PullImageRequest
        {
            Image = new V1.ImageSpec { Image = image },
            SandboxConfig = sandbox is null ? null : SandboxMapping.ToProto(sandbox),
            Auth = auth is null
                ? null
                : new V1.AuthConfig
                {
                    Username = auth.Username,
                    Password = auth.Password,
                    Auth = auth.Auth,
                    ServerAddress = auth.ServerAddress,
                    IdentityToken = auth.IdentityToken,
                    RegistryToken = auth.RegistryToken,
                },
        };
        // Upstream bounds no pull: a large image over a slow line takes its time, and the runtime watches progress.
        var response = await _channel
            .UnaryAsync(CriMethods.PullImage, request, RpcCall.Unbounded, ct)
            .ConfigureAwait(false);
        return response.ImageRef;
    }

    /// <inheritdoc/>
    public async Task RemoveImageAsync(string image, CancellationToken ct)
    {
        var request = new V1.RemoveImageRequest { Image = new V1.ImageSpec { Image = image } };
        await GoneIsFineAsync(CallAsync(CriMethods.RemoveImage, request, ct)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<FsUsage> ImageFsInfoAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.ImageFsInfo, new V1.ImageFsInfoRequest(), ct);
        return response.ImageFilesystems.FirstOrDefault() is { } usage
            ? new FsUsage(
                usage.FsId?.Mountpoint ?? "",
                usage.UsedBytes?.Value ?? 0,
                usage.InodesUsed?.Value ?? 0,
                LinuxMapping.Time(usage.Timestamp))
            : throw new RuntimeException(RuntimeErrorCode.NotFound, "the runtime reports no image file system");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ImportImagesAsync(Stream archive, CancellationToken ct)
    {
        var names = await _importer.ImportAsync(archive, ct).ConfigureAwait(false);
        LogImported(names.Count, string.Join(", ", names));
        return names;
    }

    private static bool IsPinned(V1.Image image, IReadOnlySet<string> pinned) =>
        pinned.Contains(image.Id) || image.RepoTags.Any(pinned.Contains) || image.RepoDigests.Any(pinned.Contains);
}
