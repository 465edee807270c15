using System.Security.Cryptography;
using System.Text;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Simulated;

/// <summary>Images: names without contents.</summary>
public sealed partial class SimulatedPodRuntime
{
    private const long PretendedSizeBytes = 1 << 20;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RuntimeImage>> ListImagesAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<RuntimeImage>>([.. _images.Values]);
        }
    }

    /// <inheritdoc/>
    public Task<RuntimeImage?> ImageStatusAsync(string image, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_images.GetValueOrDefault(image) ?? (HasAllImages ? Add(image) : null));
        }
    }

    /// <inheritdoc/>
    public Task<string> PullImageAsync(string image, ImageAuth? auth, SandboxConfig? sandbox, CancellationToken ct)
    {
        Before?.Invoke("PullImage", image);
        lock (_gate)
        {
            Add(image);
        }

        return Task.FromResult(image);
    }

    /// <inheritdoc/>
    public Task RemoveImageAsync(string image, CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var name in _images.Where(i => i.Key == image || i.Value.Id == image).Select(i => i.Key).ToList())
            {
                _images.Remove(name);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<FsUsage> ImageFsInfoAsync(CancellationToken ct) =>
        Task.FromResult(new FsUsage(Path.GetTempPath(), 0, 0, _time.GetUtcNow()));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ImportImagesAsync(Stream archive, CancellationToken ct) =>
        throw new RuntimeException(RuntimeErrorCode.Unimplemented, "a simulated runtime imports no archives");

    /// <summary>Puts an image there, or another in its place.</summary>
    public void Put(string name, RuntimeImage image)
    {
        lock (_gate)
        {
            _images[name] = image;
        }
    }

    private RuntimeImage Add(string image)
    {
        var id = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)));
        var added = new RuntimeImage { Id = id, RepoTags = [image], SizeBytes = PretendedSizeBytes };
        _images[image] = added;
        return added;
    }
}
