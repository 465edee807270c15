using System.Buffers;
using System.Text;
using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// A list on its way into protobuf: items come one by one as JSON, and go out when all are there, since the length of the
/// whole stands at its beginning. They wait in segments of the array pool.
/// </summary>
public sealed class ProtobufList : IDisposable
{
    private const int SegmentBytes = 64 * 1024;

    private readonly string _apiVersion;
    private readonly string _kind;
    private readonly SchemaType _type;
    private readonly SchemaField _items;
    private readonly List<ProtobufWriter> _segments = [];
    private ProtobufEncoder _encoder = null!;

    /// <summary>A list of a kind; null when it has no message.</summary>
    public static ProtobufList? TryCreate(string apiVersion, string kind) =>
        ProtobufObjects.TypeOf(apiVersion, kind) is { } type ? new ProtobufList(apiVersion, kind, type) : null;

    private ProtobufList(string apiVersion, string kind, SchemaType type)
    {
        _apiVersion = apiVersion;
        _kind = kind;
        _type = type;
        _items = type.Find("items") ?? throw new ArgumentException($"{kind} is no list", nameof(kind));
        Open();
    }

    /// <summary>Appends an item, given as JSON.</summary>
    public void Add(ReadOnlyMemory<byte> json)
    {
        if (_segments[^1].Length >= SegmentBytes)
        {
            Open();
        }

        _encoder.WriteMessage(_items.ProtoPath[0], json, _items.Value.Element!.Type!);
    }

    /// <summary>The finished list in parts, given the JSON of its metadata. They are valid until this is disposed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Finish(ReadOnlyMemory<byte> metadata)
    {
        using var meta = new ProtobufWriter();
        new ProtobufEncoder(meta).WriteMessage(
            Encoding.UTF8.GetBytes($$"""{"metadata":{{Encoding.UTF8.GetString(metadata.Span)}}}"""), _type);
        var itemsFirst = _items.ProtoPath[0] == 1;
        var head = new ArrayBufferWriter<byte>();
        ProtobufObjects.WriteHead(head, _apiVersion, _kind, meta.Length + _segments.Sum(s => (long)s.Length));
        if (!itemsFirst)
        {
            head.Write(meta.Written);
        }

        yield return head.WrittenMemory;
        foreach (var segment in _segments)
        {
            yield return segment.WrittenMemory;
        }

        var tail = new ArrayBufferWriter<byte>();
        if (itemsFirst)
        {
            tail.Write(meta.Written);
        }

        ProtobufObjects.WriteTail(tail);
        yield return tail.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        _segments.Clear();
    }

    private void Open()
    {
        var segment = new ProtobufWriter();
        _segments.Add(segment);
        _encoder = new ProtobufEncoder(segment);
    }
}
