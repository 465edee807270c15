namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// A webhook could not be asked, or its answer could not be used. The message is upstream's, to be put behind the
/// caller's own "failed calling webhook …".
/// </summary>
/// <param name="message">What went wrong.</param>
/// <param name="code">The HTTP status that stands for it in metrics; the server's own when it answered with one.</param>
/// <param name="inner">The cause.</param>
internal sealed class WebhookCallException(string message, int code = 503, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status that stands for it in metrics.</summary>
    public int Code { get; } = code;

    /// <summary>Whether the webhook was not even called: its configuration is of no use.</summary>
    public bool IsConfiguration { get; init; }
}

/// <summary>A connection to a webhook could not be made; the message is Go's.</summary>
/// <param name="message">"dial tcp 10.0.0.1:443: connect: connection refused", "tls: …"</param>
/// <param name="inner">The cause.</param>
internal sealed class WebhookConnectException(string message, Exception inner) : IOException(message, inner);
