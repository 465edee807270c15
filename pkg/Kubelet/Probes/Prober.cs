using System.Net;
using System.Net.Sockets;
using System.Text;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Probes;

/// <summary>Makes one probe or one lifecycle request.</summary>
internal interface IProber
{
    Task<ProbeOutcome> ProbeAsync(
        V1Probe probe, V1Pod pod, V1Container container, string containerId, string podIP, CancellationToken ct);

    /// <summary>A lifecycle hook's HTTP request; any answer is a success.</summary>
    Task HttpHookAsync(V1HTTPGetAction action, V1Container container, string podIP, CancellationToken ct);
}

/// <summary>
/// Exec, HTTP, TCP and gRPC probes.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes
/// </summary>
internal sealed class Prober(IPodRuntime runtime, TimeProvider time) : IProber, IDisposable
{
    /// <summary>As upstream: more of a body or an output does not fit an event.</summary>
    private const int MaxOutputBytes = 10 * 1024;
    private const int MaxRedirects = 10;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,

        // Each probe is a connection of its own: a kept one would hide a server that accepts no more.
        PooledConnectionLifetime = TimeSpan.Zero,
#pragma warning disable CA5359 // Probes do not verify certificates, as documented: a pod's own need no CA.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    private readonly GrpcHealthProbe _grpc = new();

    public async Task<ProbeOutcome> ProbeAsync(
        V1Probe probe, V1Pod pod, V1Container container, string containerId, string podIP, CancellationToken ct)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1));
        if (probe.Exec is { } exec)
        {
            return await ExecAsync(exec, containerId, timeout, ct);
        }

        using var deadline = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            if (probe.HttpGet is { } http)
            {
                return await HttpAsync(http, container, podIP, linked.Token);
            }

            if (probe.TcpSocket is { } tcp)
            {
                return await TcpAsync(Host(tcp.Host, podIP), Port(tcp.Port, container), linked.Token);
            }

            return probe.Grpc is { } grpc
                ? await _grpc.CheckAsync(podIP, grpc.Port, grpc.Service ?? "", linked.Token)
                : new ProbeOutcome(ProbeResult.Unknown, $"missing probe handler for {PodKeys.Describe(pod)}:{container.Name}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeOutcome(ProbeResult.Failure, Timeout(probe, container, podIP, timeout));
        }
    }

    public async Task HttpHookAsync(V1HTTPGetAction action, V1Container container, string podIP, CancellationToken ct)
    {
        using var request = Request(action, container, podIP, ProbeAgents.Lifecycle);
        using var response = await _http.SendAsync(request, ct);
    }

    public void Dispose()
    {
        _http.Dispose();
        _grpc.Dispose();
    }

    private static string Timeout(V1Probe probe, V1Container container, string podIP, TimeSpan timeout)
    {
        if (probe.HttpGet is { } http)
        {
            return $"Get \"{Address(http, container, podIP)}\": "
                + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
        }

        return probe.TcpSocket is { } tcp
            ? $"dial tcp {Authority(Host(tcp.Host, podIP))}:{Port(tcp.Port, container)}: i/o timeout"
            : $"timeout: health rpc did not complete within {GoDuration.Format(timeout)}";
    }

    private async Task<ProbeOutcome> ExecAsync(V1ExecAction exec, string containerId, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var result = await runtime.ExecSyncAsync(containerId, exec.Command ?? [], timeout, ct);
            var output = Text(result.StandardOutput.Span) + Text(result.StandardError.Span);
            return new ProbeOutcome(result.ExitCode == 0 ? ProbeResult.Success : ProbeResult.Failure, output);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.DeadlineExceeded)
        {
            var command = string.Join(' ', exec.Command ?? []);
            return new ProbeOutcome(
                ProbeResult.Failure,
                $"command timed out: \"{command}\" timed out after {GoDuration.Format(timeout)}");
        }
        catch (RuntimeException e)
        {
            return new ProbeOutcome(ProbeResult.Unknown, e.RpcText);
        }
    }

    private async Task<ProbeOutcome> HttpAsync(
        V1HTTPGetAction action, V1Container container, string podIP, CancellationToken ct)
    {
        using var first = Request(action, container, podIP, ProbeAgents.Probe);
        var request = first;
        try
        {
            for (var hops = 0; ; hops++)
            {
                using var response = await _http.SendAsync(request, ct);
                var code = (int)response.StatusCode;
                if (code is >= 300 and < 400 && response.Headers.Location is { } location && hops < MaxRedirects)
                {
                    var next = new Uri(request.RequestUri!, location);
                    if (next.Host == first.RequestUri!.Host)
                    {
                        request = Follow(first, next);
                        continue;
                    }
                }

                var body = await ReadBodyAsync(response, ct);
                return code is >= 200 and < 400
                    ? new ProbeOutcome(ProbeResult.Success, body)
                    : new ProbeOutcome(ProbeResult.Failure, $"HTTP probe failed with statuscode: {code}");
            }
        }
        catch (HttpRequestException e)
        {
            return new ProbeOutcome(
                ProbeResult.Failure, $"Get \"{request.RequestUri!.OriginalString}\": {Cause(e, request.RequestUri)}");
        }
        finally
        {
            request.Dispose();
        }
    }

    private static HttpRequestMessage Follow(HttpRequestMessage first, Uri to)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, to);
        foreach (var header in first.Headers)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return request;
    }

    private static HttpRequestMessage Request(V1HTTPGetAction action, V1Container container, string podIP, string agent)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address(action, container, podIP)));
        foreach (var header in action.HttpHeaders ?? [])
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        if (!request.Headers.Contains("User-Agent"))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
        }

        if (!request.Headers.Contains("Accept"))
        {
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
        }

        request.Headers.ConnectionClose = true;
        return request;
    }

    private static string Address(V1HTTPGetAction action, V1Container container, string podIP)
    {
        var scheme = (action.Scheme ?? "HTTP").ToLowerInvariant();
        var path = string.IsNullOrEmpty(action.Path) ? "/" : action.Path.StartsWith('/') ? action.Path : "/" + action.Path;
        return $"{scheme}://{Authority(Host(action.Host, podIP))}:{Port(action.Port, container)}{path}";
    }

    private static string Host(string? given, string podIP) => string.IsNullOrEmpty(given) ? podIP : given;

    private static string Authority(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static async Task<ProbeOutcome> TcpAsync(string host, int port, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, ct);
            return new ProbeOutcome(ProbeResult.Success, "");
        }
        catch (SocketException e)
        {
            return new ProbeOutcome(ProbeResult.Failure, Refusal(host, port, e));
        }
    }

    /// <summary>A port by number, or by the name that the container gives it.</summary>
    private static int Port(IntOrString port, V1Container container)
    {
        if (!port.IsString)
        {
            return port.IntValue;
        }

        return container.Ports?.Find(p => p.Name == port.StringValue)?.ContainerPort
            ?? (int.TryParse(port.StringValue, out var number) ? number : IPEndPoint.MinPort);
    }

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MaxOutputBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Text(buffer.AsSpan(0, length));
    }

    private static string Text(ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MaxOutputBytes)]);

    /// <summary>In the words of Go's net package, which everyone who has read an event knows.</summary>
    private static string Cause(HttpRequestException e, Uri address) =>
        e.InnerException is SocketException refused && e.HttpRequestError == HttpRequestError.ConnectionError
            ? Refusal(address.Host, address.Port, refused)
            : e.HttpRequestError == HttpRequestError.ResponseEnded ? "EOF" : (e.InnerException ?? e).Message;

    private static string Refusal(string host, int port, SocketException e) =>
        $"dial tcp {Authority(host.Trim('[', ']'))}:{port}: connect: {e.Message.ToLowerInvariant()}";
}
