using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Streaming.Proxies;
using Kube1.ApiServer.Streaming.Spdy;
using Kube1.Client.Streaming;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Streaming;

/// <summary>The streaming subresources of a pod.</summary>
internal enum PodStream
{
    Exec,
    Attach,
    PortForward,
}

/// <summary>
/// exec, attach and portforward: finds the pod's kubelet and joins the client with it. SPDY clients are joined byte by
/// byte; WebSocket clients are translated, or unwrapped when SPDY is what they carry (kubectl's portforward).
/// </summary>
internal sealed class PodStreamHandler(
    PodStream kind, IBackendConnector kubelets, IAuthorizer authorizer, TimeProvider time) : ISubresourceHandler
{
    private const string TunnelProtocol = "SPDY/3.1+portforward.k8s.io";
    private const string PortForwardProtocol = "portforward.k8s.io";
    private const string ProtocolHeader = "X-Stream-Protocol-Version";

    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        if (ExtendedConnect.MethodOf(http) is not ("GET" or "POST"))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        CheckMayCreate(request);
        var pod = PodContainers.Pod(request);
        // What admission makes of the options counts, as upstream.
        var options = await request.AdmitAsync(AdmissionOperation.Connect, null, null, cancellationToken)
            .ConfigureAwait(false) ?? [];
        var target = new Uri(PodContainers.Kubelet(request, pod), PathAndQuery(options, pod));
        if (ClientUpgrade.IsWebSocket(http))
        {
            await ServeWebSocketAsync(http, target, options, cancellationToken).ConfigureAwait(false);
        }
        else if (ClientUpgrade.Protocol(http) is { } protocol)
        {
            await ServeRawAsync(http, target, protocol, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            throw ApiErrors.BadRequest("Upgrade request required");
        }
    }

    /// <summary>
    /// WebSockets begin with GET, which authorization knows as "get"; a stream into a container takes "create" whichever
    /// way it is opened (KEP-4006, AuthorizePodWebsocketUpgradeCreatePermission).
    /// </summary>
    private void CheckMayCreate(SubresourceRequest request)
    {
        var info = request.Info with { Verb = "create" };
        var decision = authorizer.Authorize(new AuthorizationAttributes
        {
            User = request.User,
            Verb = info.Verb,
            ApiGroup = info.ApiGroup,
            ApiVersion = info.ApiVersion,
            Resource = info.Resource,
            Subresource = info.Subresource,
            Namespace = info.Namespace,
            Name = info.Name,
            Path = info.Path,
            IsResourceRequest = true,
        });
        if (!decision.Allowed)
        {
            throw ForbiddenAccess.Of(info, request.User, decision.Reason);
        }
    }

    private string PathAndQuery(JsonObject options, Api.Models.V1Pod pod)
    {
        var ns = Uri.EscapeDataString(pod.Metadata.Namespace ?? "");
        var name = Uri.EscapeDataString(pod.Metadata.Name ?? "");
        if (kind == PodStream.PortForward)
        {
            return $"/portForward/{ns}/{name}{QueryOf(Values(options, "ports").Select(p => ("port", p)))}";
        }

        var container = PodContainers.Choose(pod, options.Text("container"));
        var streams = Streams(options);
        var parameters = new List<(string, string)>();
        AddIf(streams.Stdin, "input");
        AddIf(streams.Stdout, "output");
        AddIf(streams.Stderr, "error");
        AddIf(streams.Tty, "tty");
        if (kind == PodStream.Exec)
        {
            parameters.AddRange(Values(options, "command").Select(c => ("command", c)));
        }

        var verb = kind == PodStream.Exec ? "exec" : "attach";
        return $"/{verb}/{ns}/{name}/{Uri.EscapeDataString(container)}{QueryOf(parameters)}";

        void AddIf(bool set, string parameter)
        {
            if (set)
            {
                parameters.Add((parameter, "1"));
            }
        }
    }

    private static CommandStreams Streams(JsonObject options) => new(
        options.Flag("stdin"), options.Flag("stdout"), options.Flag("stderr"), options.Flag("tty"));

    private static IEnumerable<string> Values(JsonObject options, string field) =>
        (options[field] as JsonArray ?? []).Select(v => v?.ToString() ?? "");

    private static string QueryOf(IEnumerable<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            text.Append(text.Length == 0 ? '?' : '&');
            text.Append(CultureInfo.InvariantCulture, $"{name}={Uri.EscapeDataString(value)}");
        }

        return text.ToString();
    }

    private async Task ServeRawAsync(HttpContext http, Uri target, string protocol, CancellationToken ct)
    {
        var offered = http.Request.Headers[ProtocolHeader];
        var upgrade = new UpgradeRequest
        {
            Uri = target,
            Protocol = protocol,
            Headers = [.. offered.Select(v => KeyValuePair.Create(ProtocolHeader, v ?? ""))],
        };
        await using var kubelet = await DialAsync(upgrade, ct).ConfigureAwait(false);
        if (kubelet.Stream is not { } stream)
        {
            await ClientUpgrade.RefuseAsync(http, kubelet, ct).ConfigureAwait(false);
            return;
        }

        var client = await ClientUpgrade.AcceptRawAsync(http, kubelet).ConfigureAwait(false);
        await new StreamSplice(time).RunAsync(client, stream, ct).ConfigureAwait(false);
    }

    private async Task ServeWebSocketAsync(HttpContext http, Uri target, JsonObject options, CancellationToken ct)
    {
        var offered = ClientUpgrade.OfferedSubprotocols(http);
        var isForward = kind == PodStream.PortForward;
        var protocol = !isForward ? ChannelProtocol.Negotiate(offered)
            : offered.Contains(TunnelProtocol) ? null : ChannelProtocol.NegotiateForward(offered);
        if (protocol is null && !(isForward && offered.Contains(TunnelProtocol)))
        {
            throw ApiErrors.BadRequest($"unable to negotiate protocol: client supports [{string.Join(' ', offered)}]");
        }

        IReadOnlyList<ushort> ports = isForward && protocol is not null ? Ports(options) : [];
        var upgrade = new UpgradeRequest
        {
            Uri = target,
            Headers = [new(ProtocolHeader, isForward ? PortForwardProtocol : "v4.channel.k8s.io")],
        };
        await using var kubelet = await DialAsync(upgrade, ct).ConfigureAwait(false);
        if (kubelet.Stream is not { } stream)
        {
            await ClientUpgrade.RefuseAsync(http, kubelet, ct).ConfigureAwait(false);
            return;
        }

        var agreed = protocol is null ? TunnelProtocol : protocol.Name;
        using var socket = await ClientUpgrade.AcceptWebSocketAsync(http, agreed).ConfigureAwait(false);
        if (protocol is null)
        {
            await using var tunnel = new WebSocketByteStream(socket);
            await new StreamSplice(time).RunAsync(tunnel, stream, ct).ConfigureAwait(false);
            return;
        }

        await using var session = new SpdySession(stream, isServer: false);
        if (isForward)
        {
            using var forward = new PortForwardBridge(socket, session, protocol.Base64, time);
            await forward.RunAsync(ports, ct).ConfigureAwait(false);
            return;
        }

        using var bridge = new RemoteCommandBridge(socket, session, protocol, time);
        await bridge.RunAsync(Streams(options), ct).ConfigureAwait(false);
    }

    // What a kubelet says when a WebSocket, whose channels are those of the ports, comes without.
    private static IReadOnlyList<ushort> Ports(JsonObject options)
    {
        var ports = Values(options, "ports").Select(p => ushort.Parse(p, CultureInfo.InvariantCulture)).ToList();
        return ports.Count == 0 ? throw ApiErrors.BadRequest("query parameter \"port\" is required")
            : ports.Contains(0) ? throw ApiErrors.BadRequest("port \"0\" must be > 0")
            : ports;
    }

    private async Task<UpgradeResponse> DialAsync(UpgradeRequest upgrade, CancellationToken ct)
    {
        try
        {
            return await kubelets.UpgradeAsync(upgrade, ct).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw ProxyFailure.NoStatus("error dialing backend: " + e.Message, e);
        }
    }
}
