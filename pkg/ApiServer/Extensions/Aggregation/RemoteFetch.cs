using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Extensions.Webhooks;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>What this server itself asks of an aggregated one.</summary>
/// <param name="Path">"/apis"</param>
/// <param name="User">Who asks.</param>
/// <param name="Accept">The forms that will do; empty for any.</param>
/// <param name="EntityTag">The form that is known already; empty for none.</param>
/// <param name="MaxBytes">How large an answer may be; 0 when its code alone counts.</param>
/// <param name="Timeout">How long all of it may take.</param>
internal sealed record RemoteQuestion(
    string Path, UserInfo User, string Accept, string EntityTag, int MaxBytes, TimeSpan Timeout);

/// <summary>What it answered.</summary>
internal sealed record RemoteAnswer(int Code, string ContentType, string EntityTag, byte[] Body);

/// <summary>An aggregated API server gave no answer that could be used. The message is Go's.</summary>
internal sealed class RemoteException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Gets documents from aggregated API servers, bounded in time and size.</summary>
internal sealed class RemoteFetch(RemoteTransports transports, TimeProvider time)
{
    private const int ChunkBytes = 16 * 1024;

    /// <exception cref="RemoteException">No answer came, or more than may be.</exception>
    public async Task<RemoteAnswer> GetAsync(
        RemoteServer server, RemoteQuestion question, CancellationToken cancellationToken)
    {
        var url = server.Address + question.Path;
        using var patience = new CancellationTokenSource(question.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var request = Request(url, question);
        try
        {
            using var response = await transports.Of(server).SendAsync(request, either.Token).ConfigureAwait(false);
            return new RemoteAnswer(
                (int)response.StatusCode, response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
                    ? type.ToString() : "",
                response.Headers.NonValidated.TryGetValues("ETag", out var tag) ? tag.ToString() : "",
                await ReadAsync(response, question.MaxBytes, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteException($"Get \"{url}\": context deadline exceeded", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            throw new RemoteException($"Get \"{url}\": {WebhookFailure.Describe(e)}", e);
        }
        catch (WebhookCallException e)
        {
            throw new RemoteException(e.Message, e);
        }
    }

    private static HttpRequestMessage Request(string url, RemoteQuestion question)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url));
        RepeatedHeader.Set(request.Headers, UserHeaders.Of(question.User));
        if (question.Accept.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Accept", question.Accept);
        }

        if (question.EntityTag.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", question.EntityTag);
        }

        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken ct)
    {
        if (maxBytes == 0)
        {
            return [];
        }

        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var chunk = new byte[ChunkBytes];
            int read;
            while ((read = await stream.ReadAsync(chunk, ct).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > maxBytes)
                {
                    throw new RemoteException($"the answer is larger than {maxBytes} bytes");
                }

                body.Write(chunk, 0, read);
            }

            return body.ToArray();
        }
    }
}
