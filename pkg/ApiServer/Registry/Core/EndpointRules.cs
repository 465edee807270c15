using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What Endpoints must obey, with upstream's paths and words.</summary>
internal static class EndpointRules
{
    /// <summary>Checks all subsets.</summary>
    public static void Validate(V1Endpoints endpoints, FieldErrorList errors)
    {
        foreach (var (subset, at) in endpoints.Subsets.Indexed(FieldPath.Of("subsets")))
        {
            if ((subset.Addresses?.Count ?? 0) == 0 && (subset.NotReadyAddresses?.Count ?? 0) == 0)
            {
                errors.Required(at, "must specify `addresses` or `notReadyAddresses`");
            }

            ValidateAddresses(subset.Addresses, at.Child("addresses"), errors);
            ValidateAddresses(subset.NotReadyAddresses, at.Child("notReadyAddresses"), errors);
            foreach (var (port, portAt) in subset.Ports.Indexed(at.Child("ports")))
            {
                if (string.IsNullOrEmpty(port.Name))
                {
                    if (subset.Ports!.Count > 1)
                    {
                        errors.Required(portAt.Child("name"));
                    }
                }
                else
                {
                    errors.AddMessages(portAt.Child("name"), port.Name, NameRules.IsDns1123Label);
                }

                PortRules.ValidateNumber(port.Port, portAt.Child("port"), errors);
                errors.OneOf(portAt.Child("protocol"), port.Protocol, PortRules.Protocols);
                if (port.AppProtocol is { } protocol)
                {
                    errors.AddMessages(portAt.Child("appProtocol"), protocol, NameRules.IsQualifiedName, evenEmpty: true);
                }
            }
        }
    }

    private static void ValidateAddresses(List<V1EndpointAddress>? addresses, FieldPath path, FieldErrorList errors)
    {
        foreach (var (address, at) in addresses.Indexed(path))
        {
            AddressRules.ValidateIP(address.Ip, at.Child("ip"), errors);
            errors.AddMessages(at.Child("hostname"), address.Hostname, NameRules.IsDns1123Label);
            if (address.NodeName is { } node)
            {
                errors.AddMessages(at.Child("nodeName"), node, NameRules.IsDns1123Subdomain, evenEmpty: true);
            }

            AddressRules.NotSpecial(address.Ip, at.Child("ip"), errors);
        }
    }
}
