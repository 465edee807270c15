using Kube1.Api.Models;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;

namespace Kube1.Controllers.Services;

/// <summary>Finds the Services whose endpoints a change may touch, and enqueues them.</summary>
internal sealed class ServiceEndpointTriggers
{
    private readonly Informer<V1Service> _services;
    private readonly WorkQueue<ObjectKey> _queue;

    public ServiceEndpointTriggers(Informer<V1Service> services, Informer<V1Pod> pods, WorkQueue<ObjectKey> queue)
    {
        _services = services;
        _queue = queue;
        services.AddHandler(Enqueue, (_, service) => Enqueue(service), Enqueue);
        pods.AddHandler(EnqueueOf, OnPodUpdated, EnqueueOf);
    }

    private void Enqueue(V1Service service) => _queue.Add(ObjectKey.Of(service));

    private void OnPodUpdated(V1Pod old, V1Pod pod)
    {
        var sameLabels = ServicePods.SameLabels(old, pod);
        if (sameLabels && ServicePods.SameEndpoint(old, pod))
        {
            return;
        }

        EnqueueOf(pod);
        if (!sameLabels)
        {
            EnqueueOf(old);
        }
    }

    private void EnqueueOf(V1Pod pod)
    {
        foreach (var service in _services.List(pod.Metadata.Namespace!))
        {
            if (ServicePods.Selects(service, pod))
            {
                Enqueue(service);
            }
        }
    }
}
