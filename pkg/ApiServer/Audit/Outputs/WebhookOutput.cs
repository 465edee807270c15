using System.Net.Http.Headers;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.ApiServer.Extensions.Webhooks;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>
/// A server that is sent EventLists. Whatever fails is tried again: there is no failure after which the server might not
/// be well again (k8s.io/apiserver/plugin/pkg/audit/webhook).
/// </summary>
internal sealed class WebhookOutput(
    HttpMessageInvoker http, Uri server, TimeSpan initialBackoff, TimeProvider time) : IAuditOutput
{
    /// <summary>Upstream's name.</summary>
    public const string PluginName = "webhook";

    private const int MaxAttempts = 5;
    private const double BackoffFactor = 1.5;
    private const double BackoffJitter = 0.2;

    /// <summary>Nobody reads the answer; a connection whose answer is short is used again.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Upstream's bound on one attempt.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private static readonly string UserAgent = "kube-apiserver/" + KubernetesRelease.GitVersion;

    private readonly Uri _url = new UriBuilder(server) { Query = $"timeout={AttemptTimeout.TotalSeconds:0}s" }.Uri;

    /// <inheritdoc/>
    public string Name => PluginName;

    /// <summary>Upstream has no bound; a server that hangs would be given ever more.</summary>
    public int MaxConcurrency => 32;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, AuditStop stop)
    {
        using var list = new PooledBuffer();
        EventList.Write(list, events);
        var backoff = initialBackoff > TimeSpan.Zero ? initialBackoff : TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await PostAsync(list.WrittenMemory, stop.Over).ConfigureAwait(false);
                return;
            }
            catch (AuditOutputException) when (attempt < MaxAttempts && !stop.Begun.IsCancellationRequested)
            {
                await PauseAsync(backoff * (1 + (BackoffJitter * Random.Shared.NextDouble())), stop.Begun).ConfigureAwait(false);
                backoff *= BackoffFactor;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return default;
    }

    // At the server's stop there is one more attempt at once, and none after it.
    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(pause, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task PostAsync(ReadOnlyMemory<byte> list, CancellationToken over)
    {
        using var patience = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, over);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ReadOnlyMemoryContent(list) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        try
        {
            using var response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            var answer = await ReadAsync(response, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new AuditOutputException(WebhookFailure.OfResponse(
                    (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, answer).Message);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new AuditOutputException($"Post \"{_url}\": context deadline exceeded", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new AuditOutputException($"Post \"{_url}\": {WebhookFailure.Describe(e)}", e);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var answer = new PooledBuffer();
            int read;
            while (answer.WrittenCount < MaxAnswerBytes
                && (read = await body.ReadAsync(answer.GetMemory(), cancellationToken).ConfigureAwait(false)) > 0)
            {
                answer.Advance(read);
            }

            return answer.WrittenSpan.ToArray();
        }
    }
}
