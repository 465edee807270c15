namespace Kube1.Client.Streaming;

/// <summary>
/// The answer to an upgrade request: either 101 with the raw stream, or what the server said instead with its body.
/// </summary>
public sealed class UpgradeResponse : IAsyncDisposable
{
    internal UpgradeResponse(
        int statusCode,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        DuplexStream? stream,
        ReadOnlyMemory<byte> body,
        bool isWhole)
    {
        StatusCode = statusCode;
        Headers = headers;
        Stream = stream;
        Body = body;
        IsWhole = isWhole;
    }

    /// <summary>101 when the protocol was switched.</summary>
    public int StatusCode { get; }

    /// <summary>The response headers in the order received.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The raw connection; null unless <see cref="StatusCode"/> is 101.</summary>
    public DuplexStream? Stream { get; }

    /// <summary>The body of a refusal, up to <see cref="UpgradeRequest.MaxRefusalBytes"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether <see cref="Body"/> is all that the server sent or meant to send.</summary>
    public bool IsWhole { get; }

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => Stream?.DisposeAsync() ?? ValueTask.CompletedTask;
}
