using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>Has the objects of a definition converted by the webhook that it names.</summary>
internal sealed class WebhookConverter(ConversionWebhookClient client, JsonObject definition) : ICustomResourceConverter
{
    private readonly JsonObject _webhook =
        definition.Child("spec").Child("conversion").Child("webhook")?.DeepClone().AsObject() ?? [];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken) =>
        await client.ConvertAsync(_webhook, apiVersion, objects, cancellationToken).ConfigureAwait(false);
}
