using System.Net.Sockets;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Controllers.Pods;
using Kube1.Controllers.Services;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.Endpoints;

/// <summary>
/// Keeps the core/v1 Endpoints of every Service with a selector equal to its pods: the older form of EndpointSlices,
/// for
/// clients that still read it.
/// </summary>
internal sealed class EndpointsController : IController
{
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    private const string Controller = "endpoint-controller";

    private readonly KubeClient _client;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1Endpoints> _endpoints;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;

    public EndpointsController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _queue = new WorkQueue<ObjectKey>(context.Time);
        var logger = context.Loggers.CreateLogger<EndpointsController>();
        _events = new EventRecorder(_client, Name, null, context.Time, logger);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, context.Settings.ConcurrentSyncs, context.Time, logger);
        _services = context.Informers.Of<V1Service>();
        _pods = context.Informers.Of<V1Pod>();
        _endpoints = context.Informers.Of<V1Endpoints>();
        _ = new ServiceEndpointTriggers(_services, _pods, _queue);

        // Also finds, at start, what a Service left that was deleted while no controller ran.
        _endpoints.AddHandler(e => _queue.Add(ObjectKey.Of(e)), null, e => _queue.Add(ObjectKey.Of(e)));
    }

    public string Name => "endpoint-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(
            _services.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct), _endpoints.WaitForSyncAsync(ct))
            .ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        var current = _endpoints.Get(key.Namespace, key.Name);
        if (_services.Get(key.Namespace, key.Name) is not { } service)
        {
            if (current is not null && !IsLeaderElection(current))
            {
                await _client.Of<V1Endpoints>().DeleteAsync(key.Namespace, key.Name, null, ct).ConfigureAwait(false);
            }

            return SyncResult.Done;
        }

        if (!ServicePods.HasSelector(service))
        {
            return SyncResult.Done;
        }

        var wanted = Build(service, current);
        if (current is null || !AreEqual(current, wanted))
        {
            await WriteAsync(service, current is null, wanted, ct).ConfigureAwait(false);
        }

        return SyncResult.Done;
    }

    private async Task WriteAsync(V1Service service, bool isNew, V1Endpoints wanted, CancellationToken ct)
    {
        var endpoints = _client.Of<V1Endpoints>();
        try
        {
            var written = isNew ? endpoints.CreateAsync(wanted, ct) : endpoints.UpdateAsync(wanted, ct);
            await written.ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists) || NamespaceTermination.IsCauseOf(e))
        {
            // The cache did not show it yet: its event brings the key back. Or there is nothing left to keep.
        }
        catch (ApiException e) when (!e.Is(StatusReasons.Conflict))
        {
            var (reason, verb) = isNew ? ("FailedToCreateEndpoint", "create") : ("FailedToUpdateEndpoint", "update");
            _events.Warning(
                service, reason, $"Failed to {verb} endpoint for service {ObjectKey.Of(service)}: {e.Message}");
            throw;
        }
    }

    private V1Endpoints Build(V1Service service, V1Endpoints? current)
    {
        var subsets = EndpointSubsetPacker.Pack(Entries(service));
        var truncated = EndpointSubsetPacker.Truncate(subsets);
        var wanted = current is null
            ? new V1Endpoints
            {
                Metadata = new V1ObjectMeta { Name = service.Metadata.Name, Namespace = service.Metadata.Namespace },
            }
            : KubeJson.Clone(current);
        wanted.Subsets = subsets.Count == 0 ? null : subsets;
        wanted.Metadata.Labels = Labels(service);
        if (truncated)
        {
            (wanted.Metadata.Annotations ??= [])[OverCapacity] = "truncated";
        }
        else
        {
            wanted.Metadata.Annotations?.Remove(OverCapacity);
        }

        return wanted;
    }

    private IEnumerable<AddressAtPort> Entries(V1Service service)
    {
        var publishAll = service.Spec?.PublishNotReadyAddresses == true;
        var ports = service.Spec?.Ports ?? [];
        foreach (var pod in _pods.List(service.Metadata.Namespace!).Where(p => ServicePods.Selects(service, p)))
        {
            if (!ServicePods.IsEndpoint(pod, publishAll) || AddressOf(service, pod) is not { } ip)
            {
                continue;
            }

            var address = new V1EndpointAddress
            {
                Ip = ip,
                NodeName = string.IsNullOrEmpty(pod.Spec?.NodeName) ? null : pod.Spec.NodeName,
                TargetRef = ServicePods.Reference(pod),
                Hostname = ServicePods.Hostname(service, pod),
            };
            var ready = publishAll || PodState.IsReady(pod);
            if (ports.Count == 0 && ServicePods.IsHeadless(service))
            {
                yield return new AddressAtPort(address, null, ready);
            }

            foreach (var port in ports)
            {
                if (ServicePods.FindPort(pod, port) is { } number)
                {
                    yield return new AddressAtPort(address, PortOf(port, number), ready);
                }
            }
        }
    }

    private static Corev1EndpointPort PortOf(V1ServicePort port, int number) => new()
    {
        Name = string.IsNullOrEmpty(port.Name) ? null : port.Name,
        Port = number,
        Protocol = port.Protocol ?? "TCP",
        AppProtocol = port.AppProtocol,
    };

    /// <summary>Endpoints know one family only: the Service's first.</summary>
    private static string? AddressOf(V1Service service, V1Pod pod)
    {
        var family = service.Spec?.IpFamilies is { Count: > 0 } families
            ? families[0] == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork
            : ServicePods.FamilyOf(service.Spec?.ClusterIP) ?? ServicePods.FamilyOf(pod.Status?.PodIP);
        return family is null ? null : ServicePods.Addresses(pod, family.Value).FirstOrDefault();
    }

    private static Dictionary<string, string> Labels(V1Service service)
    {
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? []);
        labels.Remove(ServicePods.HeadlessLabel);
        if (ServicePods.IsHeadless(service))
        {
            labels[ServicePods.HeadlessLabel] = "";
        }

        labels[ManagedBy] = Controller;
        return labels;
    }

    private static bool AreEqual(V1Endpoints a, V1Endpoints b) =>
        JsonNode.DeepEquals(KubeJson.ToJson(a), KubeJson.ToJson(b));

    private static bool IsLeaderElection(V1Endpoints endpoints) =>
        endpoints.Metadata.Annotations?.ContainsKey("control-plane.alpha.kubernetes.io/leader") == true;
}
