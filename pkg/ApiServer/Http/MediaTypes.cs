using Kube1.Api.Protobuf;

namespace Kube1.ApiServer.Http;

/// <summary>The media types of bodies and answers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";

    public const string Yaml = "application/yaml";

    public const string Protobuf = ProtobufObjects.MediaType;

    /// <summary>What tells a stream of events from one document.</summary>
    public const string WatchParameter = ";stream=watch";

    /// <summary>All, in the order in which wildcards are tried and error texts list them.</summary>
    public static IReadOnlyList<string> All { get; } = [Json, Yaml, Protobuf];

    /// <summary>Those that events come in.</summary>
    public static IReadOnlyList<string> Streams { get; } = [Json + WatchParameter, Protobuf + WatchParameter];
}
