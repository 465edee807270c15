using Kube1.Api.Models;

namespace Kube1.Scheduler.Snapshot;

/// <summary>A port that a pod takes on its node. The address 0.0.0.0 collides with every other.</summary>
internal readonly record struct HostPort(string Protocol, string Address, int Port)
{
    private const string AnyAddress = "0.0.0.0";

    public bool CollidesWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol
        && (Address == other.Address || Address == AnyAddress || other.Address == AnyAddress);

    public static HostPort[] Of(V1PodSpec? spec)
    {
        List<HostPort>? ports = null;
        foreach (var container in spec?.Containers ?? [])
        {
            Collect(container, ref ports);
        }

        // Sidecars keep their ports for as long as the pod lives; plain init containers give them back.
        foreach (var container in spec?.InitContainers ?? [])
        {
            if (container.RestartPolicy == "Always")
            {
                Collect(container, ref ports);
            }
        }

        return ports is null ? [] : [.. ports];
    }

    private static void Collect(V1Container container, ref List<HostPort>? ports)
    {
        foreach (var port in container.Ports ?? [])
        {
            if (port.HostPort is > 0)
            {
                (ports ??= []).Add(new HostPort(
                    string.IsNullOrEmpty(port.Protocol) ? "TCP" : port.Protocol,
                    string.IsNullOrEmpty(port.HostIP) ? AnyAddress : port.HostIP,
                    port.HostPort.Value));
            }
        }
    }
}
