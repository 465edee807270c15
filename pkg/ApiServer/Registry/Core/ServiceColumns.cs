using System.Globalization;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>The columns of kubectl get services.</summary>
internal static class ServiceColumns
{
    public static IReadOnlyList<PrintColumn> All { get; } =
    [
        Columns.Name,
        Columns.Field("Type", "How the Service is exposed", "spec.type"),
        Columns.Text(
            "Cluster-IP", "First address inside the cluster",
            o => Columns.OrElse(o.Child("spec").Texts("clusterIPs").FirstOrDefault(), Columns.None)),
        Columns.Text("External-IP", "Addresses outside the cluster", External),
        Columns.Text("Port(s)", "Ports, with their node ports", Ports),
        Columns.Age,
        Columns.Wide("Selector", "Labels of the pods behind it", o => Columns.Labels(o.At("spec.selector"))),
    ];

    /// <summary>The addresses that a load balancer has given to an object, sorted.</summary>
    public static string LoadBalancer(JsonObject obj) => Columns.Join(
        obj.Child("status").Child("loadBalancer").Items("ingress")
            .Select(i => Columns.OrElse(i.Text("ip"), i.Text("hostname")))
            .Where(a => a.Length > 0).Distinct().Order(StringComparer.Ordinal));

    private static string External(JsonObject service)
    {
        var own = Columns.Join(service.Texts("spec.externalIPs"));
        switch (service.Text("spec.type"))
        {
            case "ClusterIP" or "NodePort":
                return Columns.OrElse(own, Columns.None);
            case "LoadBalancer":
                var given = LoadBalancer(service);
                return own.Length == 0 ? Columns.OrElse(given, "<pending>") : given.Length == 0 ? own : $"{given},{own}";
            case "ExternalName":
                return service.Text("spec.externalName");
            default:
                return Columns.Unknown;
        }
    }

    private static string Ports(JsonObject service) => Columns.OrElse(
        Columns.Join(service.Child("spec").Items("ports").Select(p => (p.Integer("nodePort") ?? 0) > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{p.Integer("port")}:{p.Integer("nodePort")}/{p.Text("protocol")}")
            : string.Create(CultureInfo.InvariantCulture, $"{p.Integer("port")}/{p.Text("protocol")}"))),
        Columns.None);
}
