namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>The peer broke the protocol, or the connection; the session is over.</summary>
internal sealed class SpdyException(string message, Exception? inner = null) : IOException(message, inner);
