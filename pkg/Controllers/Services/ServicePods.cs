using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Controllers.Pods;

namespace Kube1.Controllers.Services;

/// <summary>Which pods a Service leads to, and at which addresses and ports.</summary>
internal static class ServicePods
{
    public const string Headless = "None";
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    public static bool IsHeadless(V1Service service) => service.Spec?.ClusterIP == Headless;

    /// <summary>
    /// Whether a controller finds the endpoints of this Service. Those without a selector belong to whoever writes
    /// their
    /// endpoints; an ExternalName has none.
    /// </summary>
    public static bool HasSelector(V1Service service) =>
        service.Spec?.Selector is { Count: > 0 } && service.Spec.Type != "ExternalName";

    public static bool Selects(V1Service service, V1Pod pod) =>
        service.Spec?.Selector is { Count: > 0 } selector
        && service.Metadata.Namespace == pod.Metadata.Namespace
        && selector.All(l => pod.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value);

    /// <summary>Whether the pod can be an endpoint at all: it has an address and has not finished.</summary>
    public static bool IsEndpoint(V1Pod pod, bool includeTerminating) =>
        !PodState.IsTerminal(pod)
        && (!string.IsNullOrEmpty(pod.Status?.PodIP) || pod.Status?.PodIPs is { Count: > 0 })
        && (includeTerminating || pod.Metadata.DeletionTimestamp is null);

    /// <summary>The pod's addresses of a family, in the order of its status.</summary>
    public static List<string> Addresses(V1Pod pod, AddressFamily family)
    {
        IEnumerable<string> all = pod.Status?.PodIPs is { Count: > 0 } list
            ? list.Select(i => i.Ip)
            : [pod.Status?.PodIP ?? ""];
        return [.. all.Where(ip => FamilyOf(ip) == family)];
    }

    public static AddressFamily? FamilyOf(string? ip) => IPAddress.TryParse(ip, out var address) ? address.AddressFamily : null;

    /// <summary>
    /// The number of a Service's target port on this pod: as it is, or that of the container port with its name and
    /// protocol. Null when the pod has no such port.
    /// </summary>
    public static int? FindPort(V1Pod pod, V1ServicePort port)
    {
        if (port.TargetPort is not { } target)
        {
            return port.Port;
        }

        if (!target.IsString)
        {
            return target.IntValue == 0 ? port.Port : target.IntValue;
        }

        // Sidecars are init containers that go on running; they serve too.
        var containers = (pod.Spec?.Containers ?? [])
            .Concat((pod.Spec?.InitContainers ?? []).Where(c => c.RestartPolicy == "Always"));
        return containers.SelectMany(c => c.Ports ?? [])
            .FirstOrDefault(p => p.Name == target.StringValue && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))
            ?.ContainerPort;
    }

    /// <summary>The DNS name of its own that the pod asks for under a headless Service; null for none.</summary>
    public static string? Hostname(V1Service service, V1Pod pod) =>
        !string.IsNullOrEmpty(pod.Spec?.Hostname) && pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : null;

    public static V1ObjectReference Reference(V1Pod pod) => new()
    {
        Kind = "Pod",
        Namespace = pod.Metadata.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
    };

    /// <summary>Whether a change of a pod can matter to endpoints, without a change of its labels.</summary>
    public static bool SameEndpoint(V1Pod a, V1Pod b) =>
        a.Metadata.Uid == b.Metadata.Uid
        && (a.Metadata.DeletionTimestamp is null) == (b.Metadata.DeletionTimestamp is null)
        && PodState.IsReady(a) == PodState.IsReady(b)
        && PodState.IsTerminal(a) == PodState.IsTerminal(b)
        && a.Status?.PodIP == b.Status?.PodIP
        && (a.Status?.PodIPs ?? []).Select(i => i.Ip).SequenceEqual((b.Status?.PodIPs ?? []).Select(i => i.Ip))
        && a.Spec?.NodeName == b.Spec?.NodeName
        && a.Spec?.Hostname == b.Spec?.Hostname
        && a.Spec?.Subdomain == b.Spec?.Subdomain;

    public static bool SameLabels(V1Pod a, V1Pod b)
    {
        var (x, y) = (a.Metadata.Labels ?? [], b.Metadata.Labels ?? []);
        return x.Count == y.Count && x.All(l => y.GetValueOrDefault(l.Key) == l.Value);
    }
}
