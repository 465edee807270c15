using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>Reads what webhooks answer: bounded in depth, and no member twice.</summary>
internal static class WebhookJson
{
    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = ObjectDecoder.MaxDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Any JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> body) => JsonNode.Parse(body, null, Options);

    /// <summary>The object in an answer; what is wrong with it is said as Go's decoder says it.</summary>
    /// <exception cref="WebhookCallException">The answer is no object.</exception>
    public static JsonObject ParseAnswer(ReadOnlySpan<byte> body)
    {
        const string prefix = "couldn't get version/kind; json parse error: ";
        try
        {
            return Parse(body) as JsonObject
                ?? throw new WebhookCallException(prefix + "json: cannot unmarshal the answer into an object");
        }
        catch (JsonException e)
        {
            throw new WebhookCallException(prefix + (GoJsonSyntax.Describe(body) ?? e.Message), 503, e);
        }
    }

    /// <summary>"object", "string", …, as Go's errors name the type of a value.</summary>
    public static string GoName(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };
}
