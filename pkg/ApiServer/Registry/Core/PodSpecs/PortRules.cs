using System.Globalization;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Ports of containers, and the ports that probes and Services aim at.</summary>
internal static class PortRules
{
    /// <summary>The transports that ports can have.</summary>
    public static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    /// <summary>Checks the ports of one container.</summary>
    public static void ValidateContainer(List<V1ContainerPort>? ports, FieldPath path, FieldErrorList errors)
    {
        if (ports is null)
        {
            return;
        }

        var names = new HashSet<string>(ports.Count);
        foreach (var (port, at) in ports.Indexed(path))
        {
            if (port.Name is { Length: > 0 } name)
            {
                var before = errors.Count;
                errors.AddMessages(at.Child("name"), name, NameRules.IsPortName);
                if (errors.Count == before && !names.Add(name))
                {
                    errors.Duplicate(at.Child("name"), name);
                }
            }

            if (port.ContainerPort == 0)
            {
                errors.Required(at.Child("containerPort"));
            }
            else
            {
                ValidateNumber(port.ContainerPort, at.Child("containerPort"), errors);
            }

            if (port.HostPort is not (null or 0))
            {
                ValidateNumber(port.HostPort.Value, at.Child("hostPort"), errors);
            }

            errors.OneOf(at.Child("protocol"), port.Protocol, Protocols);
        }
    }

    /// <summary>A host port can be taken once; <paramref name="taken"/> are those of the containers before.</summary>
    public static void ValidateHostPorts(V1Container container, FieldPath path, HashSet<string> taken, FieldErrorList errors)
    {
        foreach (var (port, at) in container.Ports.Indexed(path))
        {
            if (port.HostPort is not (null or 0)
                && string.Create(CultureInfo.InvariantCulture, $"{port.Protocol}/{port.HostIP}/{port.HostPort}") is var key
                && !taken.Add(key))
            {
                errors.Duplicate(at.Child("hostPort"), key);
            }
        }
    }

    /// <summary>On the host's network a container's port is the host's; in a template it may still be left out.</summary>
    public static void ValidateHostNetwork(V1PodSpec spec, bool inPod, FieldPath path, FieldErrorList errors)
    {
        if (spec.HostNetwork != true)
        {
            return;
        }

        foreach (var (container, containerAt) in spec.Containers.Indexed(path.Child("containers")))
        {
            foreach (var (port, at) in container.Ports.Indexed(containerAt.Child("ports")))
            {
                var host = port.HostPort ?? 0;
                if ((inPod || host != 0) && host != port.ContainerPort)
                {
                    errors.Invalid(
                        at.Child("hostPort"), host, "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    /// <summary>1 to 65535.</summary>
    public static void ValidateNumber(int port, FieldPath path, FieldErrorList errors)
    {
        foreach (var message in NameRules.IsPortNumber(port))
        {
            errors.Invalid(path, port, message);
        }
    }

    /// <summary>A number, or the name of a container's port.</summary>
    public static void ValidateNumberOrName(IntOrString port, FieldPath path, FieldErrorList errors)
    {
        if (port.IsString)
        {
            errors.AddMessages(path, port.StringValue, NameRules.IsPortName, evenEmpty: true);
        }
        else
        {
            ValidateNumber(port.IntValue, path, errors);
        }
    }
}
