using Google.Protobuf;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>A remote method: its path and how its answer is parsed.</summary>
internal sealed record RpcMethod<TRequest, TResponse>(string Service, string Name, MessageParser<TResponse> Parser)
    where TRequest : IMessage
    where TResponse : IMessage<TResponse>
{
    public string Path { get; } = $"/{Service}/{Name}";
}

/// <summary>What goes with one call besides the message.</summary>
internal sealed record RpcCall
{
    /// <summary>A call without a bound of its own: streams, pulls.</summary>
    public static RpcCall Unbounded { get; } = new();

    /// <summary>How long the whole call may take; null is for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Request metadata; names in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public static RpcCall Within(TimeSpan deadline) => new() { Deadline = deadline };
}
