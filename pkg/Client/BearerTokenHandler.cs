using System.Net.Http.Headers;

namespace Kube1.Client;

/// <summary>Adds a token to each request; a token file is read again each time, since the kubelet renews it.</summary>
internal sealed class BearerTokenHandler(string? token, string? file, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var value = file is null ? token! : (await File.ReadAllTextAsync(file, ct).ConfigureAwait(false)).Trim();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", value);
        return await base.SendAsync(request, ct).ConfigureAwait(false);
    }
}
