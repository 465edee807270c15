using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Kube1.Tests.ApiServer;

/// <summary>Short forms for raw requests in tests of the API server.</summary>
internal static class ApiTestClient
{
    public static async Task<(int Code, JsonObject Body)> SendAsync(
        this HttpClient http, string method, string path, string? body = null, string type = "application/json",
        string? accept = null)
    {
        using var response = await http.SendRawAsync(method, path, body, type, accept);
        var text = await response.Content.ReadAsStringAsync();
        var json = text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : new JsonObject { ["text"] = text };
        return ((int)response.StatusCode, json);
    }

    public static async Task<HttpResponseMessage> SendRawAsync(
        this HttpClient http, string method, string path, string? body = null, string type = "application/json",
        string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static string Text(this JsonObject obj, string path)
    {
        JsonNode? node = obj;
        foreach (var name in path.Split('.'))
        {
            node = int.TryParse(name, out var index) ? node?[index] : node?[name];
        }

        return node?.ToString() ?? "";
    }

    public static string ConfigMap(string name, string data = "a", string labels = "") =>
        $$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{{name}}}","labels":{{{{labels}}}}},"data":{"k":"{{{data}}}"}}""";
}
