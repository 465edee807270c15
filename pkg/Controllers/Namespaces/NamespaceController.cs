using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Controllers.Discovery;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.Namespaces;

/// <summary>
/// Empties namespaces that are being deleted and then lets them go: pods first (KEP-5080), then everything else, then
/// the finalizer "kubernetes". What keeps a namespace from going is in its conditions.
/// </summary>
internal sealed class NamespaceController : IController
{
    private const string Finalizer = "kubernetes";

    /// <summary>Namespaces emptied at a time; upstream's --concurrent-namespace-syncs.</summary>
    private const int Workers = 10;

    private readonly KubeClient _client;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Informer<V1Pod> _pods;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;
    private readonly NamespaceContent _content;
    private readonly TimeProvider _time;

    public NamespaceController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _time = context.Time;
        _content = new NamespaceContent(_client);
        _queue = new WorkQueue<string>(context.Time);
        _loop = new ControllerLoop<string>(
            Name, _queue, SyncAsync, Workers, context.Time, context.Loggers.CreateLogger<NamespaceController>());
        _namespaces = context.Informers.Of<V1Namespace>();
        _namespaces.AddHandler(Enqueue, (_, ns) => Enqueue(ns), null);

        // The last pod to go lets the rest follow at once, whatever its grace period was.
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddHandler(null, null, pod =>
        {
            if (_namespaces.Get(null, pod.Metadata.Namespace ?? "") is { } ns)
            {
                Enqueue(ns);
            }
        });
    }

    public string Name => "namespace-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await _namespaces.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private void Enqueue(V1Namespace ns)
    {
        if (ns.Metadata.DeletionTimestamp is not null)
        {
            _queue.Add(ns.Metadata.Name!);
        }
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        // Read live: deleting everything in a namespace on the word of a cache would be hard to forgive.
        var ns = await _client.Of<V1Namespace>().GetAsync(null, name, ct).ConfigureAwait(false);
        if (ns?.Metadata.DeletionTimestamp is null || ns.Spec?.Finalizers?.Contains(Finalizer) != true)
        {
            return SyncResult.Done;
        }

        var discovered = await ResourceDiscovery.ReadAsync(_client, ct).ConfigureAwait(false);
        var remains = await _content.DeleteAsync(name, discovered, ct).ConfigureAwait(false);
        ns.Status ??= new V1NamespaceStatus();
        if (NamespaceConditions.Apply(ns.Status, remains, _time.GetUtcNow()) | ns.Status.Phase != "Terminating")
        {
            ns.Status.Phase = "Terminating";
            ns = await _client.Of<V1Namespace>().UpdateStatusAsync(ns, ct).ConfigureAwait(false);
        }

        if (remains.RetryAfter is { } wait)
        {
            return SyncResult.RequeueAfter(wait);
        }

        ns.Spec!.Finalizers!.Remove(Finalizer);
        await FinalizeAsync(ns, ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    private async Task FinalizeAsync(V1Namespace ns, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Put, new Uri($"api/v1/namespaces/{ns.Metadata.Name}/finalize", UriKind.Relative))
        {
            Content = new ByteArrayContent(KubeJson.Serialize(ns)),
        };
        request.Content.Headers.ContentType = new("application/json");
        using var response = await _client.SendAsync(request, ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode && response.StatusCode != System.Net.HttpStatusCode.NotFound)
        {
            var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
            throw new ApiException(KubeJson.Deserialize<V1Status>(body));
        }
    }
}
