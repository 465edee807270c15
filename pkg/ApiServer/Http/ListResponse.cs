using System.Buffers;
using System.IO.Compression;
using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Http;

/// <summary>
/// Answers with a page of a list. A small one goes out in one piece; a large one is written into the connection as it
/// takes it, a segment at a time.
/// </summary>
internal sealed class ListResponse
{
    /// <summary>What is buffered before the rest is streamed: by then it is known whether compression pays.</summary>
    private const int StreamFromSizeBytes = ResponseBody.GzipAboveSizeBytes + 1;

    private static ReadOnlySpan<byte> CompactTail => "]}\n"u8;

    private readonly RequestScope _scope;
    private readonly ListPage _page;
    private readonly Accepted _accepted;
    private readonly TableEncoder? _table;
    private readonly string _kind;
    private readonly string _apiVersion;
    private IndentedList? _indented;

    private ListResponse(RequestScope scope, ListPage page, Accepted accepted)
    {
        _scope = scope;
        _page = page;
        _accepted = accepted;
        _table = accepted.Shape == Shape.Table ? new TableEncoder(scope, accepted.MetaVersion) : null;
        (_kind, _apiVersion) = accepted.Shape switch
        {
            Shape.Metadata => throw ApiErrors.NotAcceptable(
                "you requested PartialObjectMetadata, but the requested object is a list "
                + $"({ObjectResponse.GoTypeOf(scope.Resource)}List)"),
            Shape.MetadataList => ("PartialObjectMetadataList", "meta.k8s.io/" + accepted.MetaVersion),
            _ => (scope.Resource.Descriptor.ListKind, scope.Resource.Descriptor.Kind.ApiVersion),
        };
    }

    /// <summary>Writes the list in the form that the client asked for.</summary>
    public static ValueTask WriteAsync(RequestScope scope, ListPage page, CancellationToken cancellationToken)
    {
        var response = new ListResponse(scope, page, scope.Negotiate());
        if (scope.Audit is { WantsResponse: true } audit)
        {
            using var whole = new PooledBuffer();
            response.WriteCompact(whole);
            audit.RecordResponse(whole.WrittenSpan);
        }

        return response._accepted.Format == WireFormat.Protobuf
            ? response.WriteProtobufAsync(cancellationToken)
            : response.WriteAsync(cancellationToken);
    }

    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        using var indented = _accepted is { Format: WireFormat.Json, Pretty: true } ? new IndentedList(buffer) : null;
        _indented = indented;
        WriteHead(buffer);
        using var entries = _page.Entries.GetEnumerator();
        var first = true;
        var whole = _accepted.Format == WireFormat.Yaml;
        var more = false;
        while ((whole || buffer.WrittenCount < StreamFromSizeBytes) && (more = entries.MoveNext()))
        {
            WriteItem(buffer, entries.Current, ref first);
        }

        if (more)
        {
            await StreamAsync(buffer, entries, cancellationToken).ConfigureAwait(false);
            return;
        }

        WriteTail(buffer);
        // What is indented already is as it goes out.
        var accepted = indented is null ? _accepted : _accepted with { Pretty = false };
        await ResponseBody.WriteAsync(_scope, 200, accepted, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private void WriteCompact(PooledBuffer output)
    {
        WriteCompactHead(output);
        var first = true;
        foreach (var entry in _page.Entries)
        {
            WriteItem(output, entry, ref first);
        }

        output.Write(CompactTail);
    }

    private async ValueTask StreamAsync(
        PooledBuffer buffer, IEnumerator<StoredEntry> entries, CancellationToken cancellationToken)
    {
        var response = _scope.Http.Response;
        response.StatusCode = 200;
        response.ContentType = _accepted.ContentType;
        if (ResponseBody.AcceptsGzip(_scope.Http.Request))
        {
            var gzip = ResponseBody.BeginGzip(response);
            await using (gzip.ConfigureAwait(false))
            {
                await WriteSegmentsAsync(gzip, buffer, entries, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        if (_indented is not null)
        {
            await WriteSegmentsAsync(response.Body, buffer, entries, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Straight into the connection's own memory.
        var output = new LargeSegments(response.BodyWriter);
        output.Write(buffer.WrittenSpan);
        var first = false;
        while (entries.MoveNext())
        {
            if (output.UnflushedBytes >= LargeSegments.SizeBytes)
            {
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            WriteItem(output, entries.Current, ref first);
        }

        WriteTail(output);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteSegmentsAsync(
        Stream output, PooledBuffer buffer, IEnumerator<StoredEntry> entries, CancellationToken cancellationToken)
    {
        var first = false;
        while (entries.MoveNext())
        {
            if (buffer.WrittenCount >= LargeSegments.SizeBytes)
            {
                await output.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                buffer.Clear();
            }

            WriteItem(buffer, entries.Current, ref first);
        }

        WriteTail(buffer);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    // The length of the whole stands at the beginning: nothing goes out before all is encoded.
    private async ValueTask WriteProtobufAsync(CancellationToken cancellationToken)
    {
        using var list = ProtobufList.TryCreate(_apiVersion, _kind)
            ?? throw new InvalidOperationException($"{_kind} has no protobuf message");
        using var item = new PooledBuffer();
        foreach (var entry in _page.Entries)
        {
            item.Clear();
            WriteItem(item, entry);
            list.Add(item.WrittenMemory);
        }

        var parts = list.Finish(ListMetadata.Of(_page)).ToList();
        var length = parts.Sum(p => (long)p.Length);
        var response = _scope.Http.Response;
        response.StatusCode = 200;
        response.ContentType = _accepted.ContentType;
        var gzip = length > ResponseBody.GzipAboveSizeBytes && ResponseBody.AcceptsGzip(_scope.Http.Request)
            ? ResponseBody.BeginGzip(response)
            : null;
        response.ContentLength = gzip is null ? length : null;
        var output = gzip ?? response.Body;
        foreach (var part in parts)
        {
            await output.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }

        if (gzip is not null)
        {
            await gzip.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void WriteHead(IBufferWriter<byte> output)
    {
        if (_indented is null)
        {
            WriteCompactHead(output);
            return;
        }

        WriteCompactHead(_indented.Compact);
        _indented.Compact.Write(CompactTail);
        _indented.Begin();
    }

    private void WriteCompactHead(IBufferWriter<byte> output)
    {
        var metadata = ListMetadata.Of(_page);
        if (_table is not null)
        {
            _table.WriteHead(output, metadata, columns: true);
            return;
        }

        output.Write(Encoding.UTF8.GetBytes($$"""{"kind":"{{_kind}}","apiVersion":"{{_apiVersion}}","metadata":"""));
        output.Write(metadata);
        output.Write(",\"items\":["u8);
    }

    private void WriteItem(IBufferWriter<byte> output, StoredEntry entry, ref bool first)
    {
        if (_indented is not null)
        {
            WriteItem(_indented.Compact, entry);
            _indented.Add();
            return;
        }

        if (!first)
        {
            output.Write(","u8);
        }

        first = false;
        WriteItem(output, entry);
    }

    private void WriteItem(IBufferWriter<byte> output, StoredEntry entry)
    {
        if (_table is not null)
        {
            _table.WriteRow(output, entry, entry.Revision);
        }
        else if (_accepted.Shape == Shape.Object)
        {
            _scope.Resource.Codec.WriteBareTo(output, entry, entry.Revision);
        }
        else
        {
            PartialMetadata.Write(output, _scope.Resource, entry, entry.Revision, _accepted.MetaVersion);
        }
    }

    private void WriteTail(IBufferWriter<byte> output)
    {
        if (_indented is not null)
        {
            _indented.End();
        }
        else
        {
            output.Write(CompactTail);
        }
    }
}
