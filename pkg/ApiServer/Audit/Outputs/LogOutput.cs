using Kube1.Api.Json;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>A log with a line for each event, JSON or text; one writer at a time.</summary>
internal sealed class LogOutput(IAuditFile file, bool isLegacy) : IAuditOutput
{
    /// <summary>Upstream's name.</summary>
    public const string PluginName = "log";

    private readonly SemaphoreSlim _turn = new(1);

    /// <inheritdoc/>
    public string Name => PluginName;

    /// <inheritdoc/>
    public int MaxConcurrency => 1;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, AuditStop stop)
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            foreach (var one in events)
            {
                WriteLine(one.Span);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditOutputException(e.Message, e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _turn.Dispose();
        await file.DisposeAsync().ConfigureAwait(false);
    }

    // In one write: a line is there as a whole or not at all, also after a crash of this process.
    private void WriteLine(ReadOnlySpan<byte> json)
    {
        using var line = new PooledBuffer(json.Length + 1);
        if (isLegacy)
        {
            LegacyLine.Write(line, json);
        }
        else
        {
            json.CopyTo(line.GetSpan(json.Length));
            line.Advance(json.Length);
        }

        line.GetSpan(1)[0] = (byte)'\n';
        line.Advance(1);
        file.Write(line.WrittenSpan);
    }
}
