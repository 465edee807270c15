using Kube1.Api.Json;

namespace Kube1.ApiServer.Audit;

/// <summary>
/// One event of a request as its outputs take it: encoded once for all of them, and once more for those that it is too
/// large for. What it hands out is valid until it is disposed.
/// </summary>
internal sealed class EncodedEvent : IDisposable
{
    /// <summary>Most events without objects are smaller.</summary>
    private const int UsualSizeBytes = 2048;

    private readonly RequestAudit _request;
    private readonly AuditStage _stage;
    private readonly DateTimeOffset _at;
    private readonly PooledBuffer _json;
    private PooledBuffer? _shorter;

    public EncodedEvent(RequestAudit request, AuditStage stage, DateTimeOffset at)
    {
        (_request, _stage, _at) = (request, stage, at);
        _json = new PooledBuffer(UsualSizeBytes + request.ObjectBytes);
        AuditEventWriter.Write(_json, request, stage, at, isTruncated: false);
    }

    /// <summary>The whole event.</summary>
    public ReadOnlyMemory<byte> Json => _json.WrittenMemory;

    /// <summary>The event without the objects, which says so; the whole one when its level has none.</summary>
    public ReadOnlyMemory<byte> WithoutObjects()
    {
        if (_request.Level < AuditLevel.Request)
        {
            return Json;
        }

        if (_shorter is null)
        {
            _shorter = new PooledBuffer(UsualSizeBytes);
            AuditEventWriter.Write(_shorter, _request, _stage, _at, isTruncated: true);
        }

        return _shorter.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _shorter?.Dispose();
    }
}
