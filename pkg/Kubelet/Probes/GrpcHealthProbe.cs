using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kube1.Kubelet.Probes;

/// <summary>
/// grpc.health.v1.Health/Check over clear-text HTTP/2; the two messages are small enough to be written by hand.
/// Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
/// </summary>
internal sealed class GrpcHealthProbe : IDisposable
{
    private const int Serving = 1;
    private const int MaxAnswerBytes = 4096;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public async Task<ProbeOutcome> CheckAsync(string host, int port, string service, CancellationToken ct)
    {
        var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"http://{authority}:{port}/grpc.health.v1.Health/Check"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("User-Agent", ProbeAgents.Probe);
        try
        {
            using var response = await _http.SendAsync(request, ct);
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[MaxAnswerBytes];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            var code = Header(response.TrailingHeaders, "grpc-status") ?? Header(response.Headers, "grpc-status") ?? "2";
            if (code != "0")
            {
                var text = Header(response.TrailingHeaders, "grpc-message") ?? Header(response.Headers, "grpc-message") ?? "";
                return new ProbeOutcome(
                    ProbeResult.Failure, $"error: health rpc failed: rpc error: code = {code} desc = {Uri.UnescapeDataString(text)}");
            }

            return Status(buffer.AsSpan(0, length)) == Serving
                ? new ProbeOutcome(ProbeResult.Success, "service healthy")
                : new ProbeOutcome(ProbeResult.Failure, "service unhealthy (responded with \"NOT_SERVING\")");
        }
        catch (HttpRequestException e)
        {
            return new ProbeOutcome(
                ProbeResult.Failure, $"error: failed to connect service at \"{authority}:{port}\": {(e.InnerException ?? e).Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Frame(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var message = new List<byte>();
        if (name.Length > 0)
        {
            message.Add(0x0A);
            var length = name.Length;
            for (; length >= 0x80; length >>= 7)
            {
                message.Add((byte)(length | 0x80));
            }

            message.Add((byte)length);
            message.AddRange(name);
        }

        var frame = new byte[5 + message.Count];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Count);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>Field 1 of the answer's message: the serving status.</summary>
    private static int Status(ReadOnlySpan<byte> frame) => frame.Length >= 7 && frame[5] == 0x08 ? frame[6] : 0;

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
