using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;

namespace Kube1.Client.Http;

/// <summary>
/// The requests to one resource; <see cref="ResourceClient{T}"/> and <see cref="DynamicClient"/> are its two faces.
/// </summary>
internal sealed class ResourceEndpoint<T>(KubeClient client, ResourceDescriptor resource, ObjectCodec<T> codec)
    where T : class
{
    /// <summary>
    /// Upstream's page size: large enough to be quick, small enough not to hold a whole big list as one body.
    /// </summary>
    private const int PageSize = 500;

    public async Task<T?> GetAsync(string? ns, string name, CancellationToken ct)
    {
        try
        {
            return codec.Read(await client.ExchangeAsync(
                HttpMethod.Get, ResourcePath.Object(resource, ns, name), null, ct).ConfigureAwait(false));
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<KubeList<T>> ListAsync(string? ns, ListOptions? options, CancellationToken ct)
    {
        options ??= new ListOptions();
        var path = ResourcePath.Collection(resource, ns);
        var limit = options.Limit ?? PageSize;
        KubeList<T>? all = null;
        string? token = null;
        do
        {
            var uri = path + ResourcePath.ListQuery(options, limit, token);
            KubeList<T> page;
            try
            {
                page = codec.ReadList(await client.ExchangeAsync(HttpMethod.Get, uri, null, ct).ConfigureAwait(false));
            }
            catch (ApiException e) when (token is not null && e.Code == (int)HttpStatusCode.Gone)
            {
                // The revision of the first pages has expired meanwhile: one whole list is consistent again.
                (all, token, limit) = (null, null, 0);
                continue;
            }

            if (all is null)
            {
                all = page;
            }
            else
            {
                all.Items.AddRange(page.Items);
            }

            token = page.Metadata.Continue;
        }
        while (all is null || !string.IsNullOrEmpty(token));

        all.Metadata.Continue = null;
        all.Metadata.RemainingItemCount = null;
        return all;
    }

    public async Task<T> CreateAsync(T obj, CancellationToken ct)
    {
        var (ns, _) = codec.NameOf(obj);
        if (resource.Namespaced)
        {
            ArgumentException.ThrowIfNullOrEmpty(ns);
        }

        return codec.Read(await client.ExchangeAsync(
            HttpMethod.Post, ResourcePath.Collection(resource, ns), Json(codec.Write(obj)), ct).ConfigureAwait(false));
    }

    public async Task<T> UpdateAsync(T obj, string? subresource, CancellationToken ct)
    {
        var (ns, name) = codec.NameOf(obj);
        return codec.Read(await client.ExchangeAsync(
            HttpMethod.Put, ResourcePath.Object(resource, ns, name, subresource), Json(codec.Write(obj)), ct)
            .ConfigureAwait(false));
    }

    public async Task<T> PatchAsync(
        string? ns, string name, PatchType type, ReadOnlyMemory<byte> body, string? subresource, CancellationToken ct)
    {
        var path = ResourcePath.Object(resource, ns, name, subresource);
        if (type == PatchType.Apply)
        {
            path += $"?fieldManager={Uri.EscapeDataString(client.FieldManager)}&force=true";
        }

        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type switch
        {
            PatchType.Json => "application/json-patch+json",
            PatchType.Merge => "application/merge-patch+json",
            PatchType.StrategicMerge => "application/strategic-merge-patch+json",
            _ => "application/apply-patch+yaml",
        });
        return codec.Read(await client.ExchangeAsync(HttpMethod.Patch, path, content, ct).ConfigureAwait(false));
    }

    public async Task<bool> DeleteAsync(string? ns, string name, V1DeleteOptions? options, CancellationToken ct)
    {
        var content = options is null ? null : Json(KubeJson.Serialize(options));
        try
        {
            await client.ExchangeAsync(HttpMethod.Delete, ResourcePath.Object(resource, ns, name), content, ct)
                .ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task DeleteCollectionAsync(
        string? ns, ListOptions? selection, V1DeleteOptions? options, CancellationToken ct)
    {
        var query = ResourcePath.ListQuery(selection ?? new ListOptions(), 0, null);
        var content = options is null ? null : Json(KubeJson.Serialize(options));
        await client.ExchangeAsync(HttpMethod.Delete, ResourcePath.Collection(resource, ns) + query, content, ct)
            .ConfigureAwait(false);
    }

    public async Task<TResult> CreateSubresourceAsync<TBody, TResult>(
        string? ns, string name, string subresource, TBody body, CancellationToken ct) =>
        KubeJson.Deserialize<TResult>(await client.ExchangeAsync(
            HttpMethod.Post, ResourcePath.Object(resource, ns, name, subresource), Json(KubeJson.Serialize(body)), ct)
            .ConfigureAwait(false));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string? ns, ListOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = ResourcePath.Collection(resource, ns) + ResourcePath.WatchQuery(options);
        using var response = await client.OpenStreamAsync(path, ct).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            await foreach (var change in WatchStream.ReadAsync(body, codec, ct).ConfigureAwait(false))
            {
                yield return change;
            }
        }
    }

    private static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
