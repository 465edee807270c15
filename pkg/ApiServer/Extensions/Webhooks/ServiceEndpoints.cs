using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// Where to connect for a Service: its ready endpoints, as upstream's --enable-aggregator-routing; the host itself for
/// an ExternalName (k8s.io/apiserver/pkg/util/proxy ResolveEndpoint and ResolveCluster). The cluster IP is not used: it
/// leads to the same endpoints, but only from a machine whose service proxy runs.
/// </summary>
internal static class ServiceEndpoints
{
    /// <summary>More endpoints than this are not tried for one connection: they are then all unwell.</summary>
    public const int MaxTried = 3;

    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>Endpoints in random order, those of the Service's first IP family before the others.</summary>
    /// <exception cref="ApiException">There is none; the message is upstream's.</exception>
    public static IReadOnlyList<(string Host, int Port)> Resolve(IObjectReader objects, WebhookService target)
    {
        var service = objects.Get<V1Service>(target.Namespace, target.Name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "service"), target.Name);
        if (service.Spec?.Type == "ExternalName")
        {
            return [(service.Spec.ExternalName ?? "", target.Port)];
        }

        var port = service.Spec?.Ports?.FirstOrDefault(p => p.Port == target.Port)
            ?? throw ApiErrors.ServiceUnavailable($"no service port {target.Port} found for service \"{target.Name}\"");
        var family = service.Spec.IpFamilies?.FirstOrDefault();
        List<(string Host, int Port)> found =
        [
            .. objects.List<V1EndpointSlice>(target.Namespace)
                .Where(s => s.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel) == target.Name)
                .OrderBy(s => s.AddressType != family)
                .SelectMany(s => Shuffled(Of(s, port.Name ?? "")))
                .Take(MaxTried),
        ];
        return found.Count > 0
            ? found
            : throw ApiErrors.ServiceUnavailable($"no endpoints available for service \"{target.Name}\"");
    }

    private static List<(string Host, int Port)> Of(V1EndpointSlice slice, string portName) =>
    [
        .. from port in slice.Ports ?? []
           where (port.Name ?? "") == portName && port.Port is not null
           from endpoint in slice.Endpoints ?? []
           where endpoint.Conditions?.Ready != false && endpoint.Addresses.Count > 0
           select (endpoint.Addresses[0], port.Port!.Value),
    ];

    private static List<(string Host, int Port)> Shuffled(List<(string Host, int Port)> endpoints)
    {
        Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(endpoints));
        return endpoints;
    }
}
