using System.Text.Json.Nodes;

namespace Kube1.Tests.ApiServer;

/// <summary>The events of a watch, one a line.</summary>
internal sealed class WatchLines(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public static async Task<WatchLines> OpenAsync(HttpClient http, string path, string? accept = null)
    {
        var response = await http.SendRawAsync("GET", path, accept: accept);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return new WatchLines(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<JsonObject> NextObjectAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var line = await reader.ReadLineAsync(timeout.Token);
        return JsonNode.Parse(line!)!.AsObject();
    }

    public async Task<string> NextAsync()
    {
        var change = await NextObjectAsync();
        return change.Text("type") + " " + change.Text("object.metadata.name");
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return default;
    }
}
