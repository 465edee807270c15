using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Http;

/// <summary>One request in process and its response: the features that an HttpContext stands on, over a pipe.</summary>
#pragma warning disable CA1001 // The token source has no timer: nothing to dispose, and disposing would race with Abort.
internal sealed class InProcessExchange
#pragma warning restore CA1001
    : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IHttpRequestBodyDetectionFeature
{
    /// <summary>What a slow reader may leave in the pipe before the writer waits.</summary>
    private const int PauseFromSizeBytes = 1024 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseFromSizeBytes, resumeWriterThreshold: PauseFromSizeBytes / 2,
        useSynchronizationContext: false));

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _aborted = new();
    private readonly List<(Func<object, Task> Callback, object State)> _onStarting = [];
    private readonly List<(Func<object, Task> Callback, object State)> _onCompleted = [];
    private readonly HttpRequestMessage _request;
    private readonly DefaultHttpContext _context;
    private Stream? _stream;
    private bool _hasStarted;

    public InProcessExchange(HttpRequestMessage request, Stream body, InProcessIdentity identity)
    {
        _request = request;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(RequestFeature(request, body));
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set<IHttpRequestBodyDetectionFeature>(this);
        features.Set(identity);
        _context = new DefaultHttpContext(features);
    }

    /// <summary>Completes when the response's head is there; fails when the request was aborted before.</summary>
    public Task Started => _started.Task;

    /// <summary>The pipeline's run; completes when the whole response is written.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    Stream IHttpResponseFeature.Body { get => Stream; set => throw new NotSupportedException(); }

    public Stream Stream => _stream ??= Writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => field ??= new StartingPipeWriter(this, _pipe.Writer);

    public bool HasStarted => _hasStarted;

    public bool CanHaveBody => _request.Content is not null;

    public CancellationToken RequestAborted { get => _aborted.Token; set => throw new NotSupportedException(); }

    /// <summary>Runs the pipeline until the response is complete.</summary>
    public void Run(RequestDelegate pipeline) => Running = Task.Run(() => RunAsync(pipeline));

    /// <inheritdoc/>
    public void Abort()
    {
        _aborted.Cancel();
        _started.TrySetCanceled(_aborted.Token);
    }

    /// <summary>Aborts a run whose response was not taken.</summary>
    public void Discard()
    {
        Abort();
        _pipe.Reader.Complete();
    }

    /// <summary>The response; its body is read while the pipeline writes it.</summary>
    public HttpResponseMessage ToResponse()
    {
        var response = new HttpResponseMessage((HttpStatusCode)StatusCode)
        {
            RequestMessage = _request,
            Version = HttpVersion.Version20,
            Content = new StreamContent(new InProcessBody(_pipe.Reader, this)),
        };
        foreach (var (name, values) in Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                response.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return response;
    }

    public void OnStarting(Func<object, Task> callback, object state) => _onStarting.Add((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Add((callback, state));

    public void DisableBuffering()
    {
        // Nothing is buffered.
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_hasStarted)
        {
            return;
        }

        _hasStarted = true;
        foreach (var (callback, state) in Enumerable.Reverse(_onStarting))
        {
            await callback(state).ConfigureAwait(false);
        }

        _started.TrySetResult();
    }

    public async Task CompleteAsync()
    {
        await StartAsync().ConfigureAwait(false);
        await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    private async Task RunAsync(RequestDelegate pipeline)
    {
        Exception? failure = null;
        try
        {
            await pipeline(_context).ConfigureAwait(false);
            if (_aborted.IsCancellationRequested)
            {
                failure = new OperationCanceledException(_aborted.Token);
            }
        }
        catch (Exception e)
        {
            // The pipeline answers all it can; what still comes out breaks the exchange, as it would a connection.
            failure = e;
        }

        if (failure is null)
        {
            await CompleteAsync().ConfigureAwait(false);
        }
        else
        {
            _started.TrySetException(failure);
            await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
        }

        foreach (var (callback, state) in Enumerable.Reverse(_onCompleted))
        {
            await callback(state).ConfigureAwait(false);
        }
    }

    private static HttpRequestFeature RequestFeature(HttpRequestMessage request, Stream body)
    {
        var uri = request.RequestUri!;
        var feature = new HttpRequestFeature
        {
            Method = request.Method.Method,
            Scheme = "https",
            Protocol = "HTTP/2",
            Path = Uri.UnescapeDataString(uri.AbsolutePath),
            QueryString = uri.Query,
            RawTarget = uri.PathAndQuery,
            Body = body,
        };
        foreach (var (name, values) in request.Headers)
        {
            feature.Headers.Append(name, values.ToArray());
        }

        foreach (var (name, values) in request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
        {
            feature.Headers.Append(name, values.ToArray());
        }

        return feature;
    }
}
