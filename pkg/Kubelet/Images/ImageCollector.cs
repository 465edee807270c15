using Kube1.Client.Events;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Nodes;
using Kube1.Kubelet.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Images;

/// <summary>
/// Removes images that no container uses when their file system fills up, the longest unused first. Pinned images
/// (those of system services and those imported by hand) stay: there may be no registry to get them back from.
/// Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#container-image-garbage-collection
/// </summary>
internal sealed partial class ImageCollector(
    KubeletOptions options, IPodRuntime runtime, IMounts mounts, EventRecorder recorder, TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>Upstream's imageMinimumGCAge: an image that was just pulled is about to be used.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(2);

    private readonly ILogger _logger = logger;
    private readonly Dictionary<string, ImageRecord> _records = new(StringComparer.Ordinal);
    private bool _looked;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await CollectAsync(ct);
            }
            catch (Exception e) when (e is RuntimeException or IOException)
            {
                LogFailed(e);
            }

            await Task.Delay(Period, time, ct);
        }
    }

    /// <summary>The file system that holds images; null when the runtime does not tell where it is.</summary>
    public async Task<FileSystemUsage?> UsageAsync(CancellationToken ct)
    {
        var place = (await runtime.ImageFsInfoAsync(ct)).MountPoint;
        return Directory.Exists(place) ? mounts.UsageOf(place) : null;
    }

    /// <summary>Removes every image that nothing uses: the disk is full.</summary>
    public Task RemoveUnusedAsync(CancellationToken ct) => FreeAsync(long.MaxValue, ct);

    /// <summary>One look: above the high mark, frees down to the low one.</summary>
    internal async Task CollectAsync(CancellationToken ct)
    {
        await LookAsync(ct);
        if (await UsageAsync(ct) is not { CapacityBytes: > 0 } usage)
        {
            return;
        }

        var usedPercent = 100 - (int)(usage.AvailableBytes * 100 / usage.CapacityBytes);
        if (usedPercent < options.ImageGcHighPercent)
        {
            return;
        }

        var wanted = (long)usage.CapacityBytes * (100 - options.ImageGcLowPercent) / 100 - (long)usage.AvailableBytes;
        var freed = await FreeAsync(wanted, ct);
        if (freed < wanted)
        {
            recorder.Record(NodeReference.For(options.NodeName), "Warning", "FreeDiskSpaceFailed",
                "Failed to garbage collect required amount of images. "
                + $"Attempted to free {wanted} bytes, but only found {freed} bytes eligible to free.");
        }
    }

    private async Task<long> FreeAsync(long wanted, CancellationToken ct)
    {
        await LookAsync(ct);
        var now = time.GetUtcNow();
        List<ImageRecord> unused;
        lock (_records)
        {
            unused = [.. _records.Values
                .Where(r => !r.Image.Pinned && !r.IsUsed && now - r.FirstSeen >= MinAge)
                .OrderBy(r => r.LastUsed).ThenBy(r => r.FirstSeen)];
        }

        var freed = 0L;
        foreach (var record in unused.TakeWhile(_ => freed < wanted))
        {
            try
            {
                await runtime.RemoveImageAsync(record.Image.Id, ct);
                LogRemoved(record.Image.Id, record.Image.SizeBytes);
                freed += record.Image.SizeBytes;
                lock (_records)
                {
                    _records.Remove(record.Image.Id);
                }
            }
            catch (RuntimeException e)
            {
                LogRemoveFailed(record.Image.Id, e);
            }
        }

        return freed;
    }

    /// <summary>Notes which images there are and which are used, by containers that ended too.</summary>
    private async Task LookAsync(CancellationToken ct)
    {
        var images = await runtime.ListImagesAsync(ct);
        var used = (await runtime.ListContainersAsync(ct))
            .SelectMany(c => new[] { c.ImageRef, c.Image })
            .ToHashSet(StringComparer.Ordinal);
        var now = time.GetUtcNow();
        lock (_records)
        {
            foreach (var gone in _records.Keys.Except(images.Select(i => i.Id)).ToList())
            {
                _records.Remove(gone);
            }

            foreach (var image in images)
            {
                // What was there before this program is as old as can be.
                var first = _looked ? now : DateTimeOffset.MinValue;
                var known = _records.GetValueOrDefault(image.Id) ?? new ImageRecord(image, first, first, false);
                var isUsed = used.Contains(image.Id) || image.RepoTags.Any(used.Contains)
                    || image.RepoDigests.Any(used.Contains);
                _records[image.Id] = known with
                {
                    Image = image,
                    IsUsed = isUsed,
                    LastUsed = isUsed ? now : known.LastUsed,
                };
            }

            _looked = true;
        }
    }

    private sealed record ImageRecord(RuntimeImage Image, DateTimeOffset FirstSeen, DateTimeOffset LastUsed, bool IsUsed);
}
