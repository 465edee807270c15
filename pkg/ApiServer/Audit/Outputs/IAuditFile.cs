namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Where the lines of a log go.</summary>
internal interface IAuditFile : IAsyncDisposable
{
    /// <summary>Appends a line, which is with the operating system when this returns. Throws <see cref="IOException"/>.</summary>
    void Write(ReadOnlySpan<byte> line);
}

/// <summary>A file that is never rotated.</summary>
internal sealed class PlainAuditFile(FileStream file) : IAuditFile
{
    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> line) => AuditFiles.Append(file, line);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();
}

/// <summary>Standard output.</summary>
internal sealed class StandardOutput(Stream stream) : IAuditFile
{
    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> line)
    {
        stream.Write(line);
        stream.Flush();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
