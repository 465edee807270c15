using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Controllers.Pods;
using Kube1.Controllers.Services;

namespace Kube1.Controllers.EndpointSlices;

/// <summary>What the slices of a Service should hold, from its pods.</summary>
internal static class EndpointSliceBuilder
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string Controller = "endpointslice-controller.k8s.io";

    /// <summary>The address types that the Service asks for; before it has families, those of its pods.</summary>
    public static List<string> AddressTypes(V1Service service, IEnumerable<V1Pod> pods)
    {
        if (service.Spec?.IpFamilies is { Count: > 0 } families)
        {
            return families;
        }

        if (!ServicePods.IsHeadless(service) && ServicePods.FamilyOf(service.Spec?.ClusterIP) is { } family)
        {
            return [family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4"];
        }

        var seen = pods.SelectMany(p => p.Status?.PodIPs ?? []).Select(i => ServicePods.FamilyOf(i.Ip)).ToHashSet();
        return seen.Contains(AddressFamily.InterNetworkV6)
            ? seen.Contains(AddressFamily.InterNetwork) ? ["IPv4", "IPv6"] : ["IPv6"]
            : ["IPv4"];
    }

    /// <summary>
    /// The endpoints of one address type, grouped by their ports; one empty group when there are none.
    /// </summary>
    public static List<EndpointGroup> Groups(
        V1Service service, string addressType, IEnumerable<V1Pod> pods, Func<string, V1Node?> nodeOf)
    {
        var family = addressType == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var groups = new Dictionary<string, EndpointGroup>();
        foreach (var pod in pods.Where(p => ServicePods.IsEndpoint(p, true)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal))
        {
            var addresses = ServicePods.Addresses(pod, family);
            if (addresses.Count == 0)
            {
                continue;
            }

            var ports = Ports(service, pod);
            var key = EndpointSlicePlanner.PortsKey(ports);
            if (!groups.TryGetValue(key, out var group))
            {
                groups[key] = group = new EndpointGroup(ports, []);
            }

            group.Endpoints.Add(Endpoint(service, pod, addresses, nodeOf));
        }

        return groups.Count == 0 ? [new EndpointGroup([], [])] : [.. groups.Values];
    }

    /// <summary>The labels of a slice: those of the Service, and those by which slices are found.</summary>
    public static Dictionary<string, string> Labels(V1Service service)
    {
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? []);
        labels.Remove(ServicePods.HeadlessLabel);
        if (ServicePods.IsHeadless(service))
        {
            labels[ServicePods.HeadlessLabel] = "";
        }

        labels[ServiceNameLabel] = service.Metadata.Name!;
        labels[ManagedByLabel] = Controller;
        return labels;
    }

    private static List<Discoveryv1EndpointPort> Ports(V1Service service, V1Pod pod)
    {
        var ports = new List<Discoveryv1EndpointPort>();
        foreach (var port in service.Spec?.Ports ?? [])
        {
            if (ServicePods.FindPort(pod, port) is { } number)
            {
                ports.Add(new Discoveryv1EndpointPort
                {
                    Name = port.Name ?? "",
                    Port = number,
                    Protocol = port.Protocol ?? "TCP",
                    AppProtocol = port.AppProtocol,
                });
            }
        }

        return ports;
    }

    private static V1Endpoint Endpoint(
        V1Service service, V1Pod pod, List<string> addresses, Func<string, V1Node?> nodeOf)
    {
        var serving = PodState.IsReady(pod);
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var node = string.IsNullOrEmpty(pod.Spec?.NodeName) ? null : pod.Spec.NodeName;
        return new V1Endpoint
        {
            Addresses = addresses,
            Conditions = new V1EndpointConditions
            {
                Ready = service.Spec?.PublishNotReadyAddresses == true || (serving && !terminating),
                Serving = serving,
                Terminating = terminating,
            },
            Hostname = ServicePods.Hostname(service, pod),
            TargetRef = ServicePods.Reference(pod),
            NodeName = node,
            Zone = node is null ? null : nodeOf(node)?.Metadata.Labels?.GetValueOrDefault("topology.kubernetes.io/zone"),
        };
    }
}
