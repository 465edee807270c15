using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Http;

namespace Kube1.Tests.Client;

internal sealed class WatchStreamTests
{
    private const string Two =
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"{]\\\"\\n\"}}}\n"
        + "{\"object\":{\"metadata\":{\"name\":\"b\"}},\"type\":\"MODIFIED\"}";

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(4096)]
    public async Task Read_CutAtAnyByte_GivesWholeEvents(int chunk)
    {
        var events = await ReadAsync(Two, chunk);
        Assert.That(events.Select(e => (e.Type, e.Object.Metadata.Name)), Is.EqualTo(new[]
        {
            (WatchEventType.Added, "a"), (WatchEventType.Modified, "b"),
        }));
        Assert.That(events[0].Object.Data!["k"], Is.EqualTo("{]\"\n"));
    }

    [Test]
    public async Task Read_StreamCutMidEvent_DropsTheRest()
    {
        var events = await ReadAsync(Two[..^5], 10);
        Assert.That(events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Read_ErrorEvent_ThrowsItsStatus()
    {
        const string Text =
            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410,"
            + "\"message\":\"too old resource version\"}}\n";
        var error = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(Text, 4096));
        Assert.That(error!.Code, Is.EqualTo(410));
        Assert.That(error.Message, Is.EqualTo("too old resource version"));
    }

    [TestCase("[]")]
    [TestCase("{\"type\":\"NEWS\",\"object\":{}}")]
    public async Task Read_NoWatchEvent_Throws(string text) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(text, 4096));

    private static async Task<List<WatchEvent<V1ConfigMap>>> ReadAsync(string text, int chunk)
    {
        await using var body = new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk);
        var events = new List<WatchEvent<V1ConfigMap>>();
        await foreach (var change in WatchStream.ReadAsync(body, new TypedCodec<V1ConfigMap>(), default))
        {
            events.Add(change);
        }

        return events;
    }

    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
