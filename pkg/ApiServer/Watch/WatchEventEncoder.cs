using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// Events as frames: lines of JSON, or protobuf messages behind their length in four bytes. A frame is made once for all
/// watchers that want the same, and stays with the event for a while.
/// </summary>
internal sealed class WatchEventEncoder(RequestScope scope, Accepted accepted, FrameStore frames)
{
    private readonly TableEncoder? _table = accepted.Shape == Shape.Table ? new(scope, accepted.MetaVersion) : null;
    private bool _columnsSent;

    /// <summary>The frame of an event; it may be kept.</summary>
    public ReadOnlyMemory<byte> Encode(StoreEvent change, WatchEventType type)
    {
        // The first table of a watch names the columns; all others are the same for everybody.
        if (_table is not null && !_columnsSent)
        {
            return Make(change, type);
        }

        var key = new FrameKey(
            type, accepted.Format, accepted.Shape, accepted.MetaVersion, scope.Resource.Codec,
            _table?.Include ?? "", _table?.BeginAges() ?? 0);
        if (FrameStore.Find(change, key) is { } known)
        {
            return known;
        }

        var frame = Make(change, type);
        frames.Add(change, key, frame);
        return frame;
    }

    /// <summary>Writes the frame of an object that was there when the watch began.</summary>
    public void WriteInitial(IBufferWriter<byte> output, StoredEntry entry) =>
        WriteFrame(output, "ADDED", entry, entry.Revision);

    /// <summary>The frame that tells how far the watch has come; at the end of the initial events it says so.</summary>
    public ReadOnlyMemory<byte> Bookmark(long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (initialEventsEnd)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var kind = scope.Resource.Descriptor.Kind;
        var obj = new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = metadata };
        using var json = new PooledBuffer();
        if (_table is not null)
        {
            WriteTable(json, revision, table => table.WriteRow(json, obj, isMarked: initialEventsEnd));
        }
        else
        {
            KubeBytes.WriteTo(json, accepted.Shape == Shape.Object ? obj : PartialMetadata.Of(obj, accepted.MetaVersion));
        }

        return Frame("BOOKMARK", json.WrittenMemory);
    }

    /// <summary>The frame that ends a watch with an error.</summary>
    public ReadOnlyMemory<byte> Error(ApiException error) => Frame("ERROR", KubeBytes.Of(StatusResponse.ToJson(error.Status)));

    private byte[] Make(StoreEvent change, WatchEventType type)
    {
        var entry = type == WatchEventType.Left ? change.Previous! : change.Entry;
        using var buffer = new PooledBuffer(entry.Value.Length + 128);
        WriteFrame(buffer, NameOf(type), entry, change.Revision);
        return buffer.WrittenSpan.ToArray();
    }

    private static string NameOf(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED",
        WatchEventType.Modified => "MODIFIED",
        _ => "DELETED",
    };

    private byte[] Frame(string type, ReadOnlyMemory<byte> json)
    {
        using var buffer = new PooledBuffer();
        if (accepted.Format == WireFormat.Protobuf)
        {
            ProtobufObjects.WriteEvent(buffer, type, json);
        }
        else
        {
            WriteHead(buffer, type);
            buffer.Write(json.Span);
            buffer.Write("}\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteFrame(IBufferWriter<byte> output, string type, StoredEntry entry, long revision)
    {
        if (accepted.Format != WireFormat.Protobuf)
        {
            WriteHead(output, type);
            WriteObject(output, entry, revision);
            output.Write("}\n"u8);
            return;
        }

        using var json = new PooledBuffer(entry.Value.Length + ObjectCodec.SpliceSizeBytes);
        WriteObject(json, entry, revision);
        ProtobufObjects.WriteEvent(output, type, json.WrittenMemory);
    }

    private void WriteObject(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        if (_table is not null)
        {
            WriteTable(output, revision, table => table.WriteRow(output, entry, revision));
        }
        else if (accepted.Shape == Shape.Object)
        {
            scope.Resource.Codec.WriteTo(output, entry, revision);
        }
        else
        {
            PartialMetadata.Write(output, scope.Resource, entry, revision, accepted.MetaVersion);
        }
    }

    private void WriteTable(IBufferWriter<byte> output, long revision, Action<TableEncoder> writeRow)
    {
        _table!.BeginAges();
        _table.WriteHead(output, ListMetadata.Of(revision), columns: !_columnsSent);
        _columnsSent = true;
        writeRow(_table);
        TableEncoder.WriteTail(output);
    }

    private static void WriteHead(IBufferWriter<byte> output, string type)
    {
        output.Write("{\"type\":\""u8);
        Encoding.ASCII.GetBytes(type, output);
        output.Write("\",\"object\":"u8);
    }
}
