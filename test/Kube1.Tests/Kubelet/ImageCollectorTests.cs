using Kube1.Kubelet.Images;
using Kube1.Kubelet.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class ImageCollectorTests
{
    private const ulong Disk = 100UL << 30;

    [Test]
    public async Task CollectAsync_DiskFull_RemovesOldestUnusedButNeverPinned()
    {
        await using var node = new NodeFixture();
        node.Runtime.HasAllImages = false;
        node.Runtime.Put("app:1", Image("app", 1));
        node.Runtime.Put("pause", Image("pause", 1) with { Pinned = true });
        node.Runtime.Put("older", Image("older", 10L << 30));
        node.Workers.Put(NodeFixture.Pod());
        await node.UntilPhaseAsync(NodeFixture.Pod(), "Running");
        var collector = new ImageCollector(
            node.Options, node.Runtime, node.Mounts, node.Recorder, node.Time, NullLogger.Instance);

        await collector.CollectAsync(CancellationToken.None);
        Assert.That(await NamesAsync(node), Is.EquivalentTo(new[] { "app", "pause", "older" }), "there is room");

        node.Runtime.Put("fresh", Image("fresh", 1));
        node.Mounts.AvailableBytes = Disk / 100 * 14;
        await collector.CollectAsync(CancellationToken.None);
        Assert.That(await NamesAsync(node), Is.EquivalentTo(new[] { "app", "pause", "fresh" }), "10 GiB are enough");

        node.Time.Advance(TimeSpan.FromMinutes(3));
        await collector.CollectAsync(CancellationToken.None);
        Assert.That(await NamesAsync(node), Is.EquivalentTo(new[] { "app", "pause" }), "not young any more");
    }

    private static RuntimeImage Image(string id, long sizeBytes) => new() { Id = id, SizeBytes = sizeBytes };

    private static async Task<IEnumerable<string>> NamesAsync(NodeFixture node) =>
        (await node.Runtime.ListImagesAsync(CancellationToken.None)).Select(i => i.Id);
}
