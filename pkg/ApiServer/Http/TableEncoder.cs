using System.Buffers;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Http;

/// <summary>
/// meta.k8s.io Table: what kubectl get shows. Written straight to bytes; each row parses its object once.
/// </summary>
internal sealed class TableEncoder
{
    private readonly ServedResource _resource;
    private readonly IReadOnlyList<PrintColumn> _columns;
    private readonly TimeProvider _time;
    private readonly string _version;
    private PrintContext _context;

    /// <param name="scope">The request; it may say what rows hold of their objects.</param>
    /// <param name="version">Of meta.k8s.io.</param>
    /// <param name="columns">The columns; null for those of the resource.</param>
    public TableEncoder(RequestScope scope, string version, IReadOnlyList<PrintColumn>? columns = null)
    {
        _resource = scope.Resource;
        _columns = columns ?? scope.Resource.Strategy.PrintColumns;
        _time = scope.Core.Time;
        _context = new PrintContext(_time.GetUtcNow());
        _version = version;
        Include = scope.Query("includeObject") is { Length: > 0 } include ? include : "Metadata";
        if (Include is not ("None" or "Metadata" or "Object"))
        {
            throw ApiErrors.BadRequest(
                $"Unable to convert to Table as requested: includeObject: Invalid value: \"{Include}\": "
                + "must be 'Metadata', 'Object', 'None', or empty");
        }
    }

    /// <summary>What each row holds of its object: None, Metadata or Object.</summary>
    public string Include { get; }

    /// <summary>Lets ages be those of now, for a table that is written over time; returns the time in Unix seconds.</summary>
    public long BeginAges()
    {
        var now = _time.GetUtcNow();
        _context = new PrintContext(now);
        return now.ToUnixTimeSeconds();
    }

    /// <summary>Everything before the rows; <paramref name="metadata"/> is the ListMeta with its braces.</summary>
    public void WriteHead(IBufferWriter<byte> output, ReadOnlySpan<byte> metadata, bool columns)
    {
        output.Write("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/"u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(_version));
        output.Write("\",\"metadata\":"u8);
        output.Write(metadata);
        output.Write(",\"columnDefinitions\":"u8);
        if (!columns)
        {
            // A watch names them in its first event only.
            output.Write("null,\"rows\":["u8);
            return;
        }

        KubeBytes.WriteTo(output, new JsonArray([.. _columns.Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name,
            ["type"] = c.Type,
            ["format"] = c.Format,
            ["description"] = c.Description,
            ["priority"] = c.Priority,
        })]));
        output.Write(",\"rows\":["u8);
    }

    /// <summary>The end of the document.</summary>
    public static void WriteTail(IBufferWriter<byte> output) => output.Write("]}"u8);

    /// <summary>One row for an entry.</summary>
    public void WriteRow(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        WriteCells(output, _resource.Codec.DecodeRow(entry, revision));
        switch (Include)
        {
            case "Metadata":
                output.Write(",\"object\":"u8);
                PartialMetadata.Write(output, _resource, entry, revision, _version);
                break;
            case "Object":
                output.Write(",\"object\":"u8);
                _resource.Codec.WriteTo(output, entry, revision);
                break;
        }

        output.Write("}"u8);
    }

    /// <summary>
    /// One row for an object that is not in the store: a dry run's, or a bookmark's. The metadata of one that is marked
    /// as the end of the initial events is told even to who wants no objects.
    /// </summary>
    public void WriteRow(IBufferWriter<byte> output, JsonObject obj, bool isMarked = false)
    {
        WriteCells(output, obj);
        if (Include != "None" || isMarked)
        {
            var seen = _resource.Codec.Presented(obj);
            output.Write(",\"object\":"u8);
            KubeBytes.WriteTo(output, Include == "Object" ? seen : PartialMetadata.Of(seen, _version));
        }

        output.Write("}"u8);
    }

    private void WriteCells(IBufferWriter<byte> output, JsonObject obj)
    {
        output.Write("{\"cells\":"u8);
        KubeBytes.WriteTo(output, new JsonArray([.. _columns.Select(c => c.Cell(obj, _context))]));
    }
}
