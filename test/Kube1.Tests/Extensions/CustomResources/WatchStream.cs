using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The events of one watch.</summary>
internal sealed class WatchStream(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    /// <summary>Only a test that fails waits this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<WatchStream> OpenAsync(HttpClient http, string path, string? accept = null)
    {
        var response = await http.SendRawAsync("GET", path, accept: accept);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return new WatchStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<(string Type, JsonObject Object)> NextAsync()
    {
        var change = JsonNode.Parse(await LineAsync() ?? throw new EndOfStreamException())!.AsObject();
        return (change.Text("type"), change["object"]!.AsObject());
    }

    /// <summary>"ADDED a v1"</summary>
    public async Task<string> NextTextAsync()
    {
        var (type, obj) = await NextAsync();
        return $"{type} {obj.Text("metadata.name")} {obj.Text("apiVersion").Split('/')[^1]}";
    }

    /// <summary>Whether the server has ended the watch.</summary>
    public async Task<bool> IsAtEndAsync() => await LineAsync() is null;

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return default;
    }

    private async Task<string?> LineAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        return await reader.ReadLineAsync(timeout.Token);
    }
}
