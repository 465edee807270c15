using System.Runtime.InteropServices;
using Kube1.Api;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Watch;
using Kube1.Storage;
using Kube1.Testing;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.ApiServer;

/// <summary>The frames of an event are made once for all watchers that want the same.</summary>
public sealed class WatchEventEncoderTests
{
    private static readonly ObjectCodec Codec = new(new GroupVersionKind("", "v1", "ConfigMap"));

    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    [Test]
    public async Task Encode_WatchersOfOneForm_ShareTheFrame()
    {
        await using var cluster = await TestCluster.StartAsync();
        var resource = ResourceTable.BuiltIn(cluster.Store).Find(new GroupVersionKind("", "v1", "ConfigMap"))!;
        using var watch = resource.Objects.Watch("", resource.Objects.Snapshot.Revision);
        await cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        Assert.That(watch.TryRead(out var change), Is.EqualTo(WatchReadResult.Event));

        var store = new FrameStore();
        var frames = new List<byte[]>();
        foreach (var format in new[] { WireFormat.Json, WireFormat.Protobuf })
        {
            foreach (var shape in new[] { Shape.Object, Shape.Metadata })
            {
                var accepted = new Accepted(format, shape, "v1", false);
                var first = Encode(store, resource, accepted, change!, WatchEventType.Added);
                Assert.That(Encode(store, resource, accepted, change!, WatchEventType.Added), Is.SameAs(first));
                frames.Add(first);
                frames.Add(Encode(store, resource, accepted, change!, WatchEventType.Deleted));
            }
        }

        Assert.That(frames.Select(Convert.ToHexStringLower), Is.Unique);
    }

    [Test]
    public async Task FrameStore_MoreThanItsBound_LetsGoOfTheOldest()
    {
        const int maxSizeBytes = 64 * 1024;
        await using var cluster = await TestCluster.StartAsync();
        var events = await EventsAsync(cluster, 20);
        var store = new FrameStore(maxSizeBytes);
        var key = new FrameKey(WatchEventType.Added, WireFormat.Json, Shape.Object, "v1", Codec, "", 0);
        foreach (var change in events)
        {
            store.Add(change, key, new byte[8 * 1024]);
            Assert.That(store.SizeBytes, Is.LessThanOrEqualTo(maxSizeBytes));
        }

        var kept = events.Select(e => FrameStore.Find(e, key) is not null).ToList();
        Assert.That(kept, Is.EqualTo(Enumerable.Range(0, 20).Select(i => i >= 13)));
    }

    [Test]
    public async Task FrameStore_Tables_LastASecondAndPushNothingElseOut()
    {
        await using var cluster = await TestCluster.StartAsync();
        var change = (await EventsAsync(cluster, 1))[0];
        var store = new FrameStore(64 * 1024);
        var plain = new FrameKey(WatchEventType.Added, WireFormat.Json, Shape.Object, "v1", Codec, "", 0);
        store.Add(change, plain, new byte[1024]);
        var sizes = new List<long>();
        for (var second = 1; second <= 1000; second++)
        {
            store.Add(change, plain with { Shape = Shape.Table, Include = "Metadata", UnixSeconds = second }, new byte[4096]);
            sizes.Add(store.SizeBytes);
        }

        Assert.That(FrameStore.Find(change, plain), Is.Not.Null);
        Assert.That(sizes, Is.All.EqualTo(sizes[0]), "one table at a time");
        Assert.That(
            FrameStore.Find(change, plain with { Shape = Shape.Table, Include = "Metadata", UnixSeconds = 1000 }), Is.Not.Null);
    }

    [Test]
    public async Task Encode_ViewsOfOneEvent_HaveFramesOfTheirOwn()
    {
        await using var cluster = await TestCluster.StartAsync();
        var table = ResourceTable.BuiltIn(cluster.Store);
        var stored = table.Find(new GroupVersionKind("", "v1", "Event"))!;
        var viewed = table.Find("events.k8s.io", "v1", "events")!;
        using var watch = stored.Objects.Watch("", stored.Objects.Snapshot.Revision);
        await cluster.Http.SendAsync("POST", "api/v1/namespaces/default/events", """
            {"metadata":{"name":"e","namespace":"default"},"involvedObject":{"namespace":"default"},"reason":"r","type":"Normal"}
            """);
        Assert.That(watch.TryRead(out var change), Is.EqualTo(WatchReadResult.Event));

        var store = new FrameStore();
        var accepted = Accepted.Json;
        var frames = new[] { stored, viewed }.Select(
            r => System.Text.Encoding.UTF8.GetString(Encode(store, r, accepted, change!, WatchEventType.Added))).ToList();

        Assert.That(frames[0], Does.Contain("\"apiVersion\":\"v1\"").And.Contain("involvedObject"));
        Assert.That(frames[1], Does.Contain("\"apiVersion\":\"events.k8s.io/v1\"").And.Contain("regarding"));
    }

    private static async Task<List<StoreEvent>> EventsAsync(TestCluster cluster, int count)
    {
        var resource = ResourceTable.BuiltIn(cluster.Store).Find(new GroupVersionKind("", "v1", "ConfigMap"))!;
        using var watch = resource.Objects.Watch("", resource.Objects.Snapshot.Revision);
        var events = new List<StoreEvent>();
        for (var i = 0; i < count; i++)
        {
            await cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap($"a-{i}"));
            Assert.That(watch.TryRead(out var change), Is.EqualTo(WatchReadResult.Event));
            events.Add(change!);
        }

        return events;
    }

    private static byte[] Encode(
        FrameStore frames, ServedResource resource, Accepted accepted, StoreEvent change, WatchEventType type)
    {
        // A watcher of its own; nothing of the server's core is needed for these forms.
        var scope = new RequestScope(new DefaultHttpContext(), new RequestInfo { Path = "/", Verb = "watch" }, null!)
        {
            Resource = resource,
        };
        var frame = new WatchEventEncoder(scope, accepted, frames).Encode(change, type);
        Assert.That(MemoryMarshal.TryGetArray(frame, out var array), Is.True);
        return array.Array!;
    }
}
