using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.FlowControl;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The objects that every cluster has before anyone creates one: namespaces, the kubernetes Service and its endpoints,
/// the system priority classes, priority levels and flow schemas. Made at each start where they are missing; addresses
/// that have changed are corrected.
/// </summary>
internal sealed class BootstrapObjects(IObjectRegistry registry, ClusterSettings settings)
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>Creates what is missing.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        foreach (var name in Namespaces)
        {
            await CreateAsync("", "v1", "namespaces", new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name },
                },
            }, cancellationToken).ConfigureAwait(false);
        }

        await EnsurePriorityClassAsync(
            "system-node-critical", 2_000_001_000,
            "Used for system critical pods that must not be moved from their current node.", cancellationToken)
            .ConfigureAwait(false);
        await EnsurePriorityClassAsync(
            "system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            cancellationToken).ConfigureAwait(false);
        await EnsureServiceAsync(cancellationToken).ConfigureAwait(false);
        await EnsureEndpointsAsync(cancellationToken).ConfigureAwait(false);
        await new FlowBootstrap(registry).EnsureAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task EnsurePriorityClassAsync(
        string name, int value, string description, CancellationToken cancellationToken) =>
        CreateAsync("scheduling.k8s.io", "v1", "priorityclasses", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["value"] = value,
            ["description"] = description,
            ["preemptionPolicy"] = "PreemptLowerPriority",
        }, cancellationToken);

    private Task EnsureServiceAsync(CancellationToken cancellationToken)
    {
        var ip = ServiceAddress(settings).ToString();
        return CreateAsync("", "v1", "services", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "kubernetes",
                ["namespace"] = "default",
                ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" },
            },
            ["spec"] = new JsonObject
            {
                ["ports"] = new JsonArray(new JsonObject
                {
                    ["name"] = "https",
                    ["protocol"] = "TCP",
                    ["port"] = 443,
                    ["targetPort"] = settings.AdvertisePort,
                }),
                ["clusterIP"] = ip,
                ["clusterIPs"] = new JsonArray(ip),
                ["type"] = "ClusterIP",
                ["sessionAffinity"] = "None",
                ["ipFamilies"] = new JsonArray(Family()),
                ["ipFamilyPolicy"] = "SingleStack",
                ["internalTrafficPolicy"] = "Cluster",
            },
            ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
        }, cancellationToken);
    }

    private async Task EnsureEndpointsAsync(CancellationToken cancellationToken)
    {
        var address = settings.AdvertiseAddress.ToString();
        var subsets = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(new JsonObject { ["ip"] = address }),
            ["ports"] = new JsonArray(Port()),
        });
        await CreateOrCorrectAsync("", "endpoints", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "kubernetes",
                ["namespace"] = "default",
                ["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" },
            },
            ["subsets"] = subsets,
        }, ["subsets"], cancellationToken).ConfigureAwait(false);
        await CreateOrCorrectAsync("discovery.k8s.io", "endpointslices", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "kubernetes",
                ["namespace"] = "default",
                ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = "kubernetes" },
            },
            ["addressType"] = Family(),
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(address),
                ["conditions"] = new JsonObject { ["ready"] = true },
            }),
            ["ports"] = new JsonArray(Port()),
        }, ["endpoints", "ports"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The address of the kubernetes Service: the first of the primary range.</summary>
    public static System.Net.IPAddress ServiceAddress(ClusterSettings settings)
    {
        var bytes = settings.ServiceCidrs[0].BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new System.Net.IPAddress(bytes);
    }

    private string Family() =>
        settings.ServiceCidrs[0].BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? "IPv6"
            : "IPv4";

    private JsonObject Port() =>
        new() { ["name"] = "https", ["port"] = settings.AdvertisePort, ["protocol"] = "TCP" };

    private async Task CreateAsync(
        string group, string version, string resource, JsonObject obj, CancellationToken cancellationToken)
    {
        var descriptor = ResourceCatalog.Find(new GroupVersionResource(group, version, resource))!;
        var meta = ObjectMetadata.Of(obj);
        if (registry.Find(descriptor, descriptor.Namespaced ? meta.Namespace : null, meta.Name) is null)
        {
            await registry.TryCreateAsync(descriptor, obj, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CreateOrCorrectAsync(
        string group, string resource, JsonObject obj, string[] fields, CancellationToken cancellationToken)
    {
        var descriptor = ResourceCatalog.Find(new GroupVersionResource(group, "v1", resource))!;
        var meta = ObjectMetadata.Of(obj);
        if (registry.Find(descriptor, meta.Namespace, meta.Name) is null)
        {
            await registry.TryCreateAsync(descriptor, obj, cancellationToken).ConfigureAwait(false);
            return;
        }

        await registry.UpdateAsync(descriptor, meta.Namespace, meta.Name, stored =>
        {
            var wrong = fields.Where(f => !JsonNode.DeepEquals(stored[f], obj[f])).ToList();
            foreach (var field in wrong)
            {
                stored[field] = obj[field]!.DeepClone();
            }

            return wrong.Count > 0;
        }, cancellationToken).ConfigureAwait(false);
    }
}
