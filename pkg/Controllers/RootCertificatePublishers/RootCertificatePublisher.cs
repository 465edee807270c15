using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.RootCertificatePublishers;

/// <summary>Keeps the cluster's CA in a ConfigMap of every namespace, where pods find it to check the API server.</summary>
internal sealed class RootCertificatePublisher : IController
{
    /// <summary>The ConfigMap's name.</summary>
    public const string ConfigMapName = "kube-root-ca.crt";

    private const string DataKey = "ca.crt";
    private const string DescriptionAnnotation = "kubernetes.io/description";

    private const string Description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
        + "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
        + "Kubernetes clusters.";

    private readonly KubeClient _client;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Informer<V1ConfigMap> _configMaps;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;
    private readonly string _certificate;

    public RootCertificatePublisher(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _certificate = context.Settings.RootCertificatePem;
        _queue = new WorkQueue<string>(context.Time);
        _loop = new ControllerLoop<string>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<RootCertificatePublisher>());
        _namespaces = context.Informers.Of<V1Namespace>();
        _namespaces.AddHandler(
            ns => _queue.Add(ns.Metadata.Name!), (_, ns) => _queue.Add(ns.Metadata.Name!), null);

        // Only these: all the ConfigMaps of a cluster would be a lot to hold for nothing.
        _configMaps = context.Informers.Of<V1ConfigMap>(null, null, "metadata.name=" + ConfigMapName);
        _configMaps.AddHandler(
            null, (_, map) => _queue.Add(map.Metadata.Namespace!), map => _queue.Add(map.Metadata.Namespace!));
    }

    public string Name => "root-ca-cert-publisher";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_namespaces.WaitForSyncAsync(ct), _configMaps.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        if (_namespaces.Get(null, name) is not { } ns || ns.Metadata.DeletionTimestamp is not null
            || ns.Status?.Phase == "Terminating")
        {
            return SyncResult.Done;
        }

        try
        {
            await PublishAsync(name, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists) || e.Is(StatusReasons.NotFound)
            || NamespaceTermination.IsCauseOf(e))
        {
            // The cache will tell, or the namespace is going.
        }

        return SyncResult.Done;
    }

    private async Task PublishAsync(string ns, CancellationToken ct)
    {
        var maps = _client.Of<V1ConfigMap>();
        if (_configMaps.Get(ns, ConfigMapName) is not { } current)
        {
            await maps.CreateAsync(Fill(new V1ConfigMap { Metadata = { Name = ConfigMapName, Namespace = ns } }), ct)
                .ConfigureAwait(false);
        }
        else if (current.Data is not { Count: 1 } data || data.GetValueOrDefault(DataKey) != _certificate
            || current.Metadata.Annotations?.GetValueOrDefault(DescriptionAnnotation) is not { Length: > 0 })
        {
            await maps.UpdateAsync(Fill(KubeJson.Clone(current)), ct).ConfigureAwait(false);
        }
    }

    private V1ConfigMap Fill(V1ConfigMap map)
    {
        map.Data = new Dictionary<string, string> { [DataKey] = _certificate };
        map.Metadata.Annotations ??= [];
        map.Metadata.Annotations[DescriptionAnnotation] = Description;
        return map;
    }
}
