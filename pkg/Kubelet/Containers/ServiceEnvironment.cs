using System.Globalization;
using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// The variables that tell a container of the Services that exist when it starts.
/// Source: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
/// </summary>
internal static class ServiceEnvironment
{
    /// <summary>The API server's own Service is told to every pod, also where links are switched off.</summary>
    private const string MasterService = "kubernetes";

    public static List<EnvironmentEntry> For(
        string ns, bool enableServiceLinks, IEnumerable<V1Service> services)
    {
        var chosen = new SortedDictionary<string, V1Service>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            if (service.Spec?.ClusterIP is null or "" or "None")
            {
                continue;
            }

            var master = service.Metadata is { Namespace: "default", Name: MasterService };
            if (service.Metadata.Namespace == ns && enableServiceLinks)
            {
                chosen[service.Metadata.Name!] = service;
            }
            else if (master)
            {
                chosen.TryAdd(MasterService, service);
            }
        }

        var result = new List<EnvironmentEntry>();
        foreach (var service in chosen.Values)
        {
            Add(result, service);
        }

        return result;
    }

    private static void Add(List<EnvironmentEntry> result, V1Service service)
    {
        var ports = service.Spec!.Ports ?? [];
        if (ports.Count == 0)
        {
            return;
        }

        var ip = service.Spec.ClusterIP!;
        var host = ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip;
        var name = VariableName(service.Metadata.Name!);
        result.Add(new(name + "_SERVICE_HOST", ip));
        result.Add(new(name + "_SERVICE_PORT", Text(ports[0].Port)));
        foreach (var port in ports)
        {
            if (!string.IsNullOrEmpty(port.Name))
            {
                result.Add(new($"{name}_SERVICE_PORT_{VariableName(port.Name)}", Text(port.Port)));
            }
        }

        for (var i = 0; i < ports.Count; i++)
        {
            var protocol = ports[i].Protocol ?? "TCP";
            var url = $"{protocol.ToLowerInvariant()}://{host}:{ports[i].Port}";
            if (i == 0)
            {
                result.Add(new(name + "_PORT", url));
            }

            var prefix = $"{name}_PORT_{ports[i].Port}_{protocol.ToUpperInvariant()}";
            result.Add(new(prefix, url));
            result.Add(new(prefix + "_PROTO", protocol.ToLowerInvariant()));
            result.Add(new(prefix + "_PORT", Text(ports[i].Port)));
            result.Add(new(prefix + "_ADDR", ip));
        }
    }

    private static string VariableName(string name) => name.Replace('-', '_').ToUpperInvariant();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
