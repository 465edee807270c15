using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// Has custom objects converted by the webhook that their definition names
/// (k8s.io/apiextensions-apiserver/pkg/apiserver/conversion; ConversionReview of apiextensions.k8s.io/v1 and v1beta1).
/// </summary>
internal sealed class ConversionWebhookClient(WebhookClient client, TimeProvider time)
{
    /// <summary>What the objects of a list may have together once they are converted: a page of large ones.</summary>
    public const int MaxAnswerBytes = 64 * 1024 * 1024;

    // client-go's timeout of webhook clients; a definition cannot say another.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The objects, in their order, as objects of another version. Those that are of it already are not sent.
    /// </summary>
    /// <param name="webhookConversionConfig">spec.conversion.webhook of the definition.</param>
    /// <param name="desiredAPIVersion">"example.com/v2"</param>
    /// <param name="objects">Objects of one kind.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ApiException">500 with upstream's text: they could not be converted.</exception>
    public async Task<IReadOnlyList<JsonObject>> ConvertAsync(
        JsonObject webhookConversionConfig, string desiredAPIVersion, IReadOnlyList<JsonObject> objects,
        CancellationToken cancellationToken)
    {
        var version = webhookConversionConfig.Texts("conversionReviewVersions")
            .FirstOrDefault(v => v is "v1" or "v1beta1")
            ?? throw ApiErrors.Unclassified("no supported conversion review versions");
        List<JsonObject> sent = [.. objects.Where(o => o.Text("apiVersion") != desiredAPIVersion)];
        if (sent.Count == 0)
        {
            return objects;
        }

        var start = time.GetTimestamp();
        string? failure = null;
        try
        {
            var converted = await AskAsync(webhookConversionConfig, version, desiredAPIVersion, sent, cancellationToken)
                .ConfigureAwait(false);
            ConvertedObjects.Check(sent, converted, desiredAPIVersion, objects.Count > 1);
            var answered = new Queue<JsonObject>(converted.Select(c => c!.AsObject()));
            // Trees of their own, which the caller may put anywhere.
            converted.Clear();
            return [.. objects.Select(o => o.Text("apiVersion") == desiredAPIVersion ? o : answered.Dequeue())];
        }
        catch (ConversionException e)
        {
            failure = e.Failure;
            throw ApiErrors.Unclassified(
                $"conversion webhook for {KindOf(objects[0], objects.Count > 1)} {e.Message}");
        }
        finally
        {
            ConversionMetrics.Observe(failure, time.GetElapsedTime(start));
        }
    }

    private async Task<JsonArray> AskAsync(
        JsonObject config, string version, string desiredApiVersion, List<JsonObject> objects,
        CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString();
        try
        {
            var target = WebhookTarget.Of(config["clientConfig"] as JsonObject ?? []);
            var review = await client.PostAsync(
                target, Review(version, uid, desiredApiVersion, objects), Timeout, MaxAnswerBytes, cancellationToken)
                .ConfigureAwait(false);
            return ConvertedObjects.Read(review, version, uid);
        }
        catch (WebhookCallException e)
        {
            throw new ConversionException("failed: " + e.Message, ConversionMetrics.CallFailure, e);
        }
    }

    private static byte[] Review(string version, string uid, string desiredApiVersion, List<JsonObject> objects)
    {
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ConversionReview");
            json.WriteString("apiVersion", "apiextensions.k8s.io/" + version);
            json.WriteStartObject("request");
            json.WriteString("uid", uid);
            json.WriteString("desiredAPIVersion", desiredApiVersion);
            json.WriteStartArray("objects");
            foreach (var obj in objects)
            {
                obj.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // "example.com/v1, Kind=Widget", and the list's kind for several.
    private static string KindOf(JsonObject obj, bool isList) =>
        $"{obj.Text("apiVersion")}, Kind={obj.Text("kind")}{(isList ? "List" : "")}";
}

/// <summary>Objects could not be converted.</summary>
/// <param name="message">What goes behind "conversion webhook for …".</param>
/// <param name="failure">The kind of failure in metrics.</param>
/// <param name="inner">The cause.</param>
internal sealed class ConversionException(string message, string failure, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind of failure in metrics.</summary>
    public string Failure { get; } = failure;
}
