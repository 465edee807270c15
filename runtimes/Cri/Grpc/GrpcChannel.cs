using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>
/// gRPC over HTTP/2 without TLS on a Unix socket or named pipe: unary calls, server streams and client streams with
/// deadlines and status trailers. Every failure is a <see cref="RuntimeException"/> with gRPC's code.
/// </summary>
internal sealed class GrpcChannel : IDisposable
{
    // A container list is hundreds of kilobytes on a full node: one window, no round trips.
    private const int StreamWindowBytes = 1024 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    public GrpcChannel(RuntimeEndpoint endpoint, TimeProvider time)
    {
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, ct) => endpoint.ConnectAsync(ct),
        });
    }

    /// <summary>One request, one answer.</summary>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, RpcCall call, CancellationToken ct)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new CallDeadline(call.Deadline, _time, ct);
        try
        {
            using var content = FrameContent(GrpcFrames.Encode(request));
            using var response = await SendAsync(method.Path, content, call, deadline.Token).ConfigureAwait(false);
            return await ReadSingleAsync(response, method.Parser, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RuntimeException { Code: not RuntimeErrorCode.Unavailable })
        {
            throw deadline.Translate(e);
        }
    }

    /// <summary>One request, many answers. Ends when the server ends the stream.</summary>
    public async IAsyncEnumerable<TResponse> ServerStreamAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCall call,
        [EnumeratorCancellation] CancellationToken ct)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new CallDeadline(call.Deadline, _time, ct);
        using var content = FrameContent(GrpcFrames.Encode(request));
        HttpResponseMessage? response = null;
        try
        {
            while (true)
            {
                TResponse? message;
                try
                {
                    response ??= await SendAsync(method.Path, content, call, deadline.Token).ConfigureAwait(false);
                    var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
                    message = await GrpcFrames.ReadAsync(body, method.Parser, deadline.Token).ConfigureAwait(false);
                    if (message is null && GrpcStatus.Failure(response) is { } failure)
                    {
                        throw failure;
                    }
                }
                catch (Exception e) when (e is not RuntimeException { Code: not RuntimeErrorCode.Unavailable })
                {
                    throw deadline.Translate(e);
                }

                if (message is null)
                {
                    yield break;
                }

                yield return message;
            }
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>Many requests, produced by <paramref name="write"/>; the last of the answers is returned.</summary>
    public async Task<TResponse> ClientStreamAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<Func<TRequest, ValueTask>, CancellationToken, Task> write,
        RpcCall call,
        CancellationToken ct)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new CallDeadline(call.Deadline, _time, ct);
        using var content = new MessageStreamContent<TRequest>(write);
        try
        {
            using var response = await SendAsync(method.Path, content, call, deadline.Token).ConfigureAwait(false);
            return await ReadSingleAsync(response, method.Parser, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RuntimeException { Code: not RuntimeErrorCode.Unavailable })
        {
            await content.StopAsync().ConfigureAwait(false);
            // A source that failed breaks the call: its own error is the true one.
            if (content.SourceFailure is { } source && !ct.IsCancellationRequested)
            {
                ExceptionDispatchInfo.Throw(source);
            }

            throw deadline.Translate(e);
        }
        finally
        {
            await content.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connections; calls under way fail.</summary>
    public void Dispose() => _http.Dispose();

    private static async Task<TResponse> ReadSingleAsync<TResponse>(
        HttpResponseMessage response, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        TResponse? last = null;
        while (await GrpcFrames.ReadAsync(body, parser, ct).ConfigureAwait(false) is { } message)
        {
            last = message;
        }

        if (GrpcStatus.Failure(response) is { } failure)
        {
            throw failure;
        }

        return last ?? throw new RuntimeException(RuntimeErrorCode.Internal, "the call succeeded without an answer");
    }

    private async Task<HttpResponseMessage> SendAsync(
        string path, HttpContent content, RpcCall call, CancellationToken ct)
    {
        // Not disposed: that would dispose the content, which a client stream still writes when the headers come.
        var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("user-agent", "kube1");
        if (call.Deadline is { } limit)
        {
            var milliseconds = Math.Max(1, (long)limit.TotalMilliseconds);
            request.Headers.TryAddWithoutValidation(
                "grpc-timeout", milliseconds.ToString(CultureInfo.InvariantCulture) + "m");
        }

        foreach (var (name, value) in call.Metadata)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        if (GrpcStatus.HttpFailure(response) is { } failure)
        {
            response.Dispose();
            throw failure;
        }

        return response;
    }

    private static ReadOnlyMemoryContent FrameContent(byte[] frame) => new(frame);
}
