namespace Kube1.ApiServer.Streaming;

/// <summary>
/// A WebSocket subprotocol of exec and attach: each message begins with its channel
/// (k8s.io/apimachinery/pkg/util/remotecommand; v5 is KEP-4006).
/// </summary>
internal sealed record ChannelProtocol(string? Name, int Version, bool Base64)
{
    public const byte Stdin = 0;
    public const byte Stdout = 1;
    public const byte Stderr = 2;
    public const byte Error = 3;
    public const byte Resize = 4;

    /// <summary>v5: the next byte is a channel that the client closes.</summary>
    public const byte Close = 255;

    private static readonly ChannelProtocol[] Known =
    [
        new("v5.channel.k8s.io", 5, false),
        new("v4.channel.k8s.io", 4, false),
        new("v4.base64.channel.k8s.io", 4, true),
        new("v3.channel.k8s.io", 3, false),
        new("v2.channel.k8s.io", 2, false),
        new("channel.k8s.io", 1, false),
        new("base64.channel.k8s.io", 1, true),
    ];

    /// <summary>The first offered protocol that is known (without an offer the oldest), or null.</summary>
    public static ChannelProtocol? Negotiate(IReadOnlyList<string> offered) => offered.Count == 0
        ? new ChannelProtocol(null, 1, false)
        : offered.Select(o => Known.FirstOrDefault(k => k.Name == o)).FirstOrDefault(k => k is not null);

    /// <summary>The same for portforward, which has one version; it is also meant by no offer.</summary>
    public static ChannelProtocol? NegotiateForward(IReadOnlyList<string> offered) => offered.Count == 0
        ? new ChannelProtocol(null, 4, false)
        : offered.Select(o => Known.FirstOrDefault(k => k.Name == o && k.Version == 4)).FirstOrDefault(k => k is not null);
}
