using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Discovery;

/// <summary>What EndpointSlices must obey, with upstream's paths and words.</summary>
internal static class EndpointSliceRules
{
    private const int MaxEndpoints = 1000;

    private const int MaxAddresses = 100;

    private const int MaxPorts = 20000;

    private const int MaxTopologyLabels = 16;

    private const int MaxHints = 8;

    private static readonly string[] AddressTypes = ["FQDN", "IPv4", "IPv6"];

    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    /// <summary>Checks a slice; endpoints that the stored slice has too are not checked again.</summary>
    public static void Validate(V1EndpointSlice slice, bool endpointsKept, FieldErrorList errors)
    {
        errors.OneOf(FieldPath.Of("addressType"), slice.AddressType, AddressTypes);
        ValidatePorts(slice.Ports, FieldPath.Of("ports"), errors);
        var path = FieldPath.Of("endpoints");
        var count = slice.Endpoints?.Count ?? 0;
        if (endpointsKept)
        {
            return;
        }

        if (count > MaxEndpoints)
        {
            errors.TooMany(path, count, MaxEndpoints);
            return;
        }

        foreach (var (endpoint, at) in slice.Endpoints.Indexed(path))
        {
            ValidateEndpoint(slice.AddressType, endpoint, at, errors);
        }
    }

    private static void ValidateEndpoint(string type, V1Endpoint endpoint, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("addresses");
        if (endpoint.Addresses.Count == 0)
        {
            errors.Required(at, "must contain at least 1 address");
        }
        else if (endpoint.Addresses.Count > MaxAddresses)
        {
            errors.TooMany(at, endpoint.Addresses.Count, MaxAddresses);
        }

        foreach (var (address, addressAt) in endpoint.Addresses.Indexed(at))
        {
            ValidateAddress(type, address, addressAt, errors);
        }

        errors.AddMessages(
            path.Child("nodeName"), endpoint.NodeName, NameRules.IsDns1123Subdomain, endpoint.NodeName is not null);
        if (endpoint.DeprecatedTopology is { } topology)
        {
            var topologyAt = path.Child("deprecatedTopology");
            if (topology.Count > MaxTopologyLabels)
            {
                errors.TooMany(topologyAt, topology.Count, MaxTopologyLabels);
            }

            ObjectMetaValidation.ValidateLabels(topology, topologyAt, errors);
        }

        errors.AddMessages(
            path.Child("hostname"), endpoint.Hostname, NameRules.IsDns1123Label, endpoint.Hostname is not null);
        ValidateHints(
            endpoint.Hints?.ForZones?.Select(z => z.Name), path.Child("hints", "forZones"), NameRules.IsLabelValue, errors);
        ValidateHints(
            endpoint.Hints?.ForNodes?.Select(n => n.Name), path.Child("hints", "forNodes"), NameRules.IsDns1123Subdomain,
            errors);
    }

    private static void ValidateHints(
        IEnumerable<string>? hints, FieldPath path, Func<string, IReadOnlyList<string>> rule, FieldErrorList errors)
    {
        var names = hints?.ToList() ?? [];
        if (names.Count > MaxHints)
        {
            errors.TooMany(path, names.Count, MaxHints);
            return;
        }

        var seen = new HashSet<string>();
        foreach (var (name, at) in names.Indexed(path))
        {
            if (!seen.Add(name))
            {
                errors.Duplicate(at.Child("name"), name);
            }

            errors.AddMessages(at.Child("name"), name, rule, evenEmpty: true);
        }
    }

    private static void ValidateAddress(string type, string address, FieldPath path, FieldErrorList errors)
    {
        switch (type)
        {
            case "FQDN":
                DomainRules.FullyQualifiedDomainName(address, path, errors);
                return;
            case "IPv4" or "IPv6":
                AddressRules.ValidateIP(address, path, errors);
                if (!AddressRules.IsIP(address))
                {
                    return;
                }

                if (AddressRules.IsIPv6(address) != (type == "IPv6"))
                {
                    errors.Invalid(path, address, $"must be an {type} address");
                }
                else
                {
                    AddressRules.NotSpecial(address, path, errors);
                }

                return;
        }
    }

    private static void ValidatePorts(List<Discoveryv1EndpointPort>? ports, FieldPath path, FieldErrorList errors)
    {
        if (ports?.Count > MaxPorts)
        {
            errors.TooMany(path, ports.Count, MaxPorts);
            return;
        }

        var names = new HashSet<string>();
        foreach (var (port, at) in ports.Indexed(path))
        {
            errors.AddMessages(at.Child("name"), port.Name, NameRules.IsDns1123Label);
            if (!names.Add(port.Name ?? ""))
            {
                errors.Duplicate(at.Child("name"), port.Name ?? "");
            }

            errors.OneOf(at.Child("protocol"), port.Protocol, Protocols);
            errors.AddMessages(
                at.Child("appProtocol"), port.AppProtocol, NameRules.IsQualifiedName, port.AppProtocol is not null);
        }
    }
}
