using Kube1.Api.Models;

namespace Kube1.Api.Errors;

/// <summary>
/// Aborts a request with a Status, or tells a client that its request was refused. Made by <see cref="ApiErrors"/>;
/// the request pipeline alone renders it.
/// </summary>
public sealed class ApiException(V1Status status, Exception? inner = null) : Exception(status.Message, inner)
{
    /// <summary>The Status as it goes over the wire: code, reason, message, details.</summary>
    public V1Status Status { get; } = status;

    /// <summary>The HTTP status code.</summary>
    public int Code => Status.Code ?? 500;

    /// <summary>Whether the Status has this reason (a constant of <see cref="StatusReasons"/>).</summary>
    public bool Is(string reason) => Status.Reason == reason;
}
