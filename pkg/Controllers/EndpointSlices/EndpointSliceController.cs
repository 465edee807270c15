using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Controllers.Services;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.EndpointSlices;

/// <summary>
/// Keeps the EndpointSlices of every Service with a selector equal to its pods.
/// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
/// </summary>
internal sealed class EndpointSliceController : IController
{
    private const string ServiceIndex = "endpointslice-controller/service";

    private readonly KubeClient _client;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1Node> _nodes;
    private readonly Informer<V1EndpointSlice> _slices;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;
    private readonly WrittenObjects _written;

    public EndpointSliceController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _queue = new WorkQueue<ObjectKey>(context.Time);
        var logger = context.Loggers.CreateLogger<EndpointSliceController>();
        _events = new EventRecorder(_client, "endpoint-slice-controller", null, context.Time, logger);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, context.Settings.ConcurrentSyncs, context.Time, logger);
        _written = new WrittenObjects(context.Time);
        _services = context.Informers.Of<V1Service>();
        _pods = context.Informers.Of<V1Pod>();
        _nodes = context.Informers.Of<V1Node>();
        _slices = context.Informers.Of<V1EndpointSlice>();
        _slices.AddIndex(ServiceIndex, s => ServiceOf(s) is { } key ? [key.ToString()] : []);
        _ = new ServiceEndpointTriggers(_services, _pods, _queue);
        _slices.AddHandler(OnSlice, OnSliceUpdated, OnSliceDeleted);
        _nodes.AddHandler(OnNode, OnNodeUpdated, OnNode);
    }

    public string Name => "endpointslice-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(
            _services.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct), _nodes.WaitForSyncAsync(ct),
            _slices.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_services.Get(key.Namespace, key.Name) is not { } service)
        {
            // Its slices go with it: they have it as owner.
            _written.Forget(key);
            return SyncResult.Done;
        }

        if (!ServicePods.HasSelector(service) || service.Metadata.DeletionTimestamp is not null)
        {
            return SyncResult.Done;
        }

        var existing = _slices.ByIndex(ServiceIndex, key.ToString());
        if (!_written.AreSeenIn(key, existing))
        {
            return SyncResult.RequeueAfter(WrittenObjects.Pause);
        }

        try
        {
            await ReconcileAsync(key, service, existing, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (NamespaceTermination.IsCauseOf(e))
        {
            return SyncResult.Done;
        }
        catch (ApiException e)
        {
            _events.Warning(
                service, "FailedToUpdateEndpointSlices",
                $"Error updating Endpoint Slices for Service {key}: {e.Message}");
            throw;
        }

        return SyncResult.Done;
    }

    private async Task ReconcileAsync(
        ObjectKey key, V1Service service, IReadOnlyCollection<V1EndpointSlice> existing, CancellationToken ct)
    {
        var pods = _pods.List(key.Namespace).Where(p => ServicePods.Selects(service, p)).ToList();
        var types = EndpointSliceBuilder.AddressTypes(service, pods);
        var labels = EndpointSliceBuilder.Labels(service);
        foreach (var slice in existing.Where(s => !types.Contains(s.AddressType)))
        {
            await DeleteAsync(key, slice, ct).ConfigureAwait(false);
        }

        foreach (var type in types)
        {
            var ofType = existing.Where(s => s.AddressType == type).ToList();
            var groups = EndpointSliceBuilder.Groups(service, type, pods, n => _nodes.Get(null, n));
            var plan = EndpointSlicePlanner.Plan(type, ofType, groups);
            foreach (var slice in plan.Update.Concat(Relabelled(ofType, plan, labels)))
            {
                slice.Metadata.Labels = labels;
                _written.Wrote(key, await _client.Of<V1EndpointSlice>().UpdateAsync(slice, ct).ConfigureAwait(false));
            }

            foreach (var slice in plan.Create)
            {
                slice.Metadata = NewMetadata(service, labels);
                _written.Wrote(key, await _client.Of<V1EndpointSlice>().CreateAsync(slice, ct).ConfigureAwait(false));
            }

            // Last, so that no endpoint that moves between slices is ever in none.
            foreach (var slice in plan.Delete)
            {
                await DeleteAsync(key, slice, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Copies of the slices that the plan leaves alone but whose labels are no longer the Service's.</summary>
    private static IEnumerable<V1EndpointSlice> Relabelled(
        IEnumerable<V1EndpointSlice> existing, EndpointSlicePlan plan, Dictionary<string, string> labels)
    {
        var planned = plan.Update.Concat(plan.Delete).Select(s => s.Metadata.Uid).ToHashSet();
        return existing.Where(s => !planned.Contains(s.Metadata.Uid) && !SameLabels(s, labels)).Select(KubeJson.Clone);
    }

    private static V1ObjectMeta NewMetadata(V1Service service, Dictionary<string, string> labels) => new()
    {
        GenerateName = service.Metadata.Name + "-",
        Namespace = service.Metadata.Namespace,
        Labels = labels,
        OwnerReferences = [ControllerReferences.To(V1Service.GroupVersionKind, service.Metadata)],
    };

    private async Task DeleteAsync(ObjectKey key, V1EndpointSlice slice, CancellationToken ct)
    {
        await _client.Of<V1EndpointSlice>().DeleteAsync(key.Namespace, slice.Metadata.Name!, null, ct).ConfigureAwait(false);
        _written.Deleted(key, slice);
    }

    private static bool SameLabels(V1EndpointSlice slice, Dictionary<string, string> labels) =>
        slice.Metadata.Labels is { } has && has.Count == labels.Count
        && labels.All(l => has.GetValueOrDefault(l.Key) == l.Value);

    private static ObjectKey? ServiceOf(V1EndpointSlice slice) =>
        slice.Metadata.Labels is { } labels
        && labels.GetValueOrDefault(EndpointSliceBuilder.ManagedByLabel) == EndpointSliceBuilder.Controller
        && labels.GetValueOrDefault(EndpointSliceBuilder.ServiceNameLabel) is { Length: > 0 } name
            ? new ObjectKey(slice.Metadata.Namespace!, name)
            : null;

    private void OnSlice(V1EndpointSlice slice)
    {
        if (ServiceOf(slice) is { } key)
        {
            _queue.Add(key);
        }
    }

    private void OnSliceUpdated(V1EndpointSlice old, V1EndpointSlice slice)
    {
        // A label taken away makes the slice invisible to its Service, which then makes another.
        if (ServiceOf(old) is { } former && former != ServiceOf(slice))
        {
            _written.Vanished(former, old);
            _queue.Add(former);
        }

        OnSlice(slice);
    }

    private void OnSliceDeleted(V1EndpointSlice slice)
    {
        if (ServiceOf(slice) is { } key)
        {
            _written.Vanished(key, slice);
            _queue.Add(key);
        }
    }

    private void OnNode(V1Node node)
    {
        foreach (var service in _services.List().Where(ServicePods.HasSelector))
        {
            _queue.Add(ObjectKey.Of(service));
        }
    }

    // Of a node only its zone is in a slice; heartbeats must not wake every Service.
    private void OnNodeUpdated(V1Node old, V1Node node)
    {
        const string Zone = "topology.kubernetes.io/zone";
        if (old.Metadata.Labels?.GetValueOrDefault(Zone) != node.Metadata.Labels?.GetValueOrDefault(Zone))
        {
            OnNode(node);
        }
    }
}
