using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What Services must obey, in upstream's order and with its paths and words.</summary>
internal static class ServiceRules
{
    private const int MaxAffinitySeconds = 86400;

    private const string OnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";

    private const string SourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";

    public const string TopologyHints = "service.kubernetes.io/topology-aware-hints";

    public const string TopologyMode = "service.kubernetes.io/topology-mode";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath Annotations = FieldPath.Of("metadata", "annotations");

    private static readonly string[] Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

    private static readonly string[] TrafficPolicies = ["Cluster", "Local"];

    /// <summary>Checks a defaulted Service whose clusterIP and clusterIPs agree.</summary>
    public static void Validate(JsonObject? annotations, V1ServiceSpec spec, FieldErrorList errors)
    {
        if (annotations?[TopologyMode] is { } mode && annotations[TopologyHints] is { } hints
            && !JsonNode.DeepEquals(mode, hints))
        {
            errors.Invalid(
                Annotations.Key(TopologyMode), (string?)mode,
                $"must match annotations[{TopologyHints}] when both are specified");
        }

        if (spec.Ports is not { Count: > 0 } && !ServiceAddressRules.IsHeadless(spec) && spec.Type != "ExternalName")
        {
            errors.Required(Spec.Child("ports"));
        }

        ValidateType(spec, errors);
        ValidatePorts(spec.Ports, errors);
        ObjectMetaValidation.ValidateLabels(spec.Selector, Spec.Child("selector"), errors);
        ValidateAffinity(spec, errors);
        ServiceAddressRules.Validate(spec, errors);
        ValidateExternalAddresses(spec, errors);
        errors.OneOf(Spec.Child("type"), spec.Type, Types);
        ValidateNodePorts(spec, errors);
        ValidateDuplicatePorts(spec.Ports, errors);
        ValidateSourceRanges(annotations, spec, errors);
        ValidateLoadBalancer(spec, errors);
        ValidateTraffic(spec, errors);
    }

    /// <summary>A Service keeps its addresses, and the class of its load balancer.</summary>
    public static void ValidateUpdate(V1ServiceSpec spec, V1ServiceSpec old, FieldErrorList errors)
    {
        ServiceAddressRules.ValidateUpdate(spec, old, errors);
        if (spec.Type == "LoadBalancer" && old.Type == "LoadBalancer" && spec.LoadBalancerClass != old.LoadBalancerClass)
        {
            errors.Invalid(Spec.Child("loadBalancerClass"), spec.LoadBalancerClass, "may not change once set");
        }

        if (NeedsHealthCheck(spec) && NeedsHealthCheck(old) && (spec.HealthCheckNodePort ?? 0) != (old.HealthCheckNodePort ?? 0))
        {
            errors.Forbidden(Spec.Child("healthCheckNodePort"), "field is immutable");
        }
    }

    /// <summary>Checks what a load balancer says of itself.</summary>
    public static void ValidateStatus(V1LoadBalancerStatus? status, string? type, FieldErrorList errors)
    {
        var path = FieldPath.Of("status", "loadBalancer", "ingress");
        if (type != "LoadBalancer" && status?.Ingress is { Count: > 0 })
        {
            errors.Forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }

        foreach (var (ingress, at) in (status?.Ingress).Indexed(path))
        {
            var hasIP = !string.IsNullOrEmpty(ingress.Ip);
            if (hasIP)
            {
                AddressRules.ValidateIP(ingress.Ip!, at.Child("ip"), errors);
            }

            if (hasIP && ingress.IpMode is null)
            {
                errors.Required(at.Child("ipMode"), "must be specified when `ip` is set");
            }
            else if (!hasIP && ingress.IpMode is not null)
            {
                errors.Forbidden(at.Child("ipMode"), "may not be specified when `ip` is not set");
            }
            else if (ingress.IpMode is not (null or "Proxy" or "VIP"))
            {
                errors.NotSupported(at.Child("ipMode"), ingress.IpMode, ["Proxy", "VIP"]);
            }

            errors.AddMessages(at.Child("hostname"), ingress.Hostname, NameRules.IsDns1123Subdomain);
            if (AddressRules.IsIP(ingress.Hostname ?? ""))
            {
                errors.Invalid(at.Child("hostname"), ingress.Hostname, "must be a DNS name, not an IP address");
            }
        }
    }

    /// <summary>Whether load balancers ask a port of the node for healthy endpoints.</summary>
    public static bool NeedsHealthCheck(V1ServiceSpec spec) =>
        spec.Type == "LoadBalancer" && spec.ExternalTrafficPolicy == "Local";

    private static void ValidateType(V1ServiceSpec spec, FieldErrorList errors)
    {
        if (spec.Type is "LoadBalancer" or "NodePort" && ServiceAddressRules.IsHeadless(spec))
        {
            errors.Invalid(
                Spec.Child("clusterIPs").Index(0), "None", $"may not be set to 'None' for {spec.Type} services");
        }

        if (spec.Type != "ExternalName")
        {
            return;
        }

        const string notForNames = "may not be set for ExternalName services";
        if (spec.ClusterIPs is { Count: > 0 })
        {
            errors.Forbidden(Spec.Child("clusterIPs"), notForNames);
        }

        if (spec.IpFamilies is { Count: > 0 })
        {
            errors.Forbidden(Spec.Child("ipFamilies"), notForNames);
        }

        if (spec.IpFamilyPolicy is not null)
        {
            errors.Forbidden(Spec.Child("ipFamilyPolicy"), notForNames);
        }

        // A trailing dot makes a name absolute.
        var name = spec.ExternalName ?? "";
        errors.RequiredName(
            Spec.Child("externalName"), name.EndsWith('.') ? name[..^1] : name, NameRules.IsDns1123Subdomain);
    }

    private static void ValidatePorts(List<V1ServicePort>? ports, FieldErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (port, at) in ports.Indexed(Spec.Child("ports")))
        {
            if (!string.IsNullOrEmpty(port.Name))
            {
                errors.AddMessages(at.Child("name"), port.Name, NameRules.IsDns1123Label);
                if (!names.Add(port.Name))
                {
                    errors.Duplicate(at.Child("name"), port.Name);
                }
            }
            else if (ports!.Count > 1)
            {
                errors.Required(at.Child("name"));
            }

            PortRules.ValidateNumber(port.Port, at.Child("port"), errors);
            errors.OneOf(at.Child("protocol"), port.Protocol, PortRules.Protocols);
            PortRules.ValidateNumberOrName(port.TargetPort ?? default, at.Child("targetPort"), errors);
            if (port.AppProtocol is { } protocol)
            {
                errors.AddMessages(at.Child("appProtocol"), protocol, NameRules.IsQualifiedName, evenEmpty: true);
            }
        }
    }

    private static void ValidateAffinity(V1ServiceSpec spec, FieldErrorList errors)
    {
        errors.OneOf(Spec.Child("sessionAffinity"), spec.SessionAffinity, ["ClientIP", "None"]);
        var path = Spec.Child("sessionAffinityConfig");
        const string needed = "when session affinity type is ClientIP";
        switch (spec.SessionAffinity, spec.SessionAffinityConfig)
        {
            case ("None", not null):
                errors.Forbidden(path, "must not be set when session affinity is None");
                break;
            case ("ClientIP", null):
                errors.Required(path, needed);
                break;
            case ("ClientIP", { ClientIP: null }):
                errors.Required(path.Child("clientIP"), needed);
                break;
            case ("ClientIP", { ClientIP.TimeoutSeconds: null }):
                errors.Required(path.Child("clientIP", "timeoutSeconds"), needed);
                break;
            case ("ClientIP", { ClientIP.TimeoutSeconds: <= 0 or > MaxAffinitySeconds }):
                errors.Invalid(
                    path.Child("clientIP", "timeoutSeconds"), spec.SessionAffinityConfig.ClientIP.TimeoutSeconds,
                    $"must be greater than 0 and less than {MaxAffinitySeconds}");
                break;
        }
    }

    private static void ValidateExternalAddresses(V1ServiceSpec spec, FieldErrorList errors)
    {
        foreach (var (address, at) in spec.ExternalIPs.Indexed(Spec.Child("externalIPs")))
        {
            var before = errors.Count;
            AddressRules.ValidateIP(address, at, errors);
            if (errors.Count == before)
            {
                AddressRules.NotSpecial(address, at, errors);
            }
        }
    }

    private static void ValidateNodePorts(V1ServiceSpec spec, FieldErrorList errors)
    {
        var taken = new HashSet<(string?, int)>();
        foreach (var (port, at) in spec.Ports.Indexed(Spec.Child("ports")))
        {
            if (port.NodePort is not (null or 0) && spec.Type == "ClusterIP")
            {
                errors.Forbidden(at.Child("nodePort"), "may not be used when `type` is 'ClusterIP'");
            }
        }

        foreach (var (port, at) in spec.Ports.Indexed(Spec.Child("ports")))
        {
            if (port.NodePort is { } number and not 0 && !taken.Add((port.Protocol, number)))
            {
                errors.Duplicate(at.Child("nodePort"), number);
            }
        }
    }

    private static void ValidateDuplicatePorts(List<V1ServicePort>? ports, FieldErrorList errors)
    {
        var taken = new HashSet<(string?, int)>();
        foreach (var (port, at) in ports.Indexed(Spec.Child("ports")))
        {
            if (!taken.Add((port.Protocol, port.Port)))
            {
                errors.Duplicate(at, VerbatimValue.Struct(
                    ("Name", ""), ("Protocol", port.Protocol), ("AppProtocol", null), ("Port", port.Port),
                    ("TargetPort", 0), ("NodePort", 0)));
            }
        }
    }

    // The field or the annotation that was there before it. Upstream's path has a capital letter.
    private static void ValidateSourceRanges(JsonObject? annotations, V1ServiceSpec spec, FieldErrorList errors)
    {
        if (spec.LoadBalancerSourceRanges is { Count: > 0 } ranges)
        {
            var path = Spec.Child("LoadBalancerSourceRanges");
            ForbidUnlessLoadBalancer(spec, path, errors);
            foreach (var (range, at) in ranges.Indexed(path))
            {
                AddressRules.ValidateCidr(range.Trim(), at, errors);
            }
        }
        else if ((string?)annotations?[SourceRanges] is { } text)
        {
            var path = Annotations.Key(SourceRanges);
            ForbidUnlessLoadBalancer(spec, path, errors);
            foreach (var range in text.Trim() is { Length: > 0 } list ? list.Split(',', StringSplitOptions.TrimEntries) : [])
            {
                AddressRules.ValidateCidr(range, path, errors);
            }
        }
    }

    private static void ValidateLoadBalancer(V1ServiceSpec spec, FieldErrorList errors)
    {
        if (spec.Type == "LoadBalancer")
        {
            if (spec.AllocateLoadBalancerNodePorts is null)
            {
                errors.Required(FieldPath.Of("allocateLoadBalancerNodePorts"));
            }

            if (spec.LoadBalancerClass is { } name)
            {
                errors.AddMessages(Spec.Child("loadBalancerClass"), name, NameRules.IsQualifiedName, evenEmpty: true);
            }

            return;
        }

        if (spec.AllocateLoadBalancerNodePorts is not null)
        {
            errors.Forbidden(Spec.Child("allocateLoadBalancerNodePorts"), OnlyLoadBalancer);
        }

        if (spec.LoadBalancerClass is not null)
        {
            errors.Forbidden(Spec.Child("loadBalancerClass"), OnlyLoadBalancer);
        }
    }

    private static void ForbidUnlessLoadBalancer(V1ServiceSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.Type != "LoadBalancer")
        {
            errors.Forbidden(path, OnlyLoadBalancer);
        }
    }

    private static void ValidateTraffic(V1ServiceSpec spec, FieldErrorList errors)
    {
        var outward = spec.Type is "NodePort" or "LoadBalancer"
            || (spec.Type == "ClusterIP" && spec.ExternalIPs is { Count: > 0 });
        var path = Spec.Child("externalTrafficPolicy");
        if (outward)
        {
            errors.OneOf(path, spec.ExternalTrafficPolicy, TrafficPolicies);
        }
        else if (!string.IsNullOrEmpty(spec.ExternalTrafficPolicy))
        {
            errors.Invalid(path, spec.ExternalTrafficPolicy, "may only be set for externally-accessible services");
        }

        if (spec.HealthCheckNodePort is { } port and not 0)
        {
            if (NeedsHealthCheck(spec))
            {
                PortRules.ValidateNumber(port, Spec.Child("healthCheckNodePort"), errors);
            }
            else
            {
                errors.Invalid(
                    Spec.Child("healthCheckNodePort"), port,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
            }
        }

        if (spec.InternalTrafficPolicy is not null || spec.Type is "NodePort" or "LoadBalancer" or "ClusterIP")
        {
            ValidateInternal(spec.InternalTrafficPolicy, Spec.Child("internalTrafficPolicy"), errors);
        }

        if (spec.TrafficDistribution is { } distribution
            && distribution is not ("PreferClose" or "PreferSameZone" or "PreferSameNode"))
        {
            errors.NotSupported(
                Spec.Child("trafficDistribution"), distribution, ["PreferClose", "PreferSameNode", "PreferSameZone"]);
        }
    }

    private static void ValidateInternal(string? policy, FieldPath path, FieldErrorList errors)
    {
        if (policy is null)
        {
            errors.Required(path);
        }
        else if (!TrafficPolicies.Contains(policy))
        {
            errors.NotSupported(path, policy, TrafficPolicies);
        }
    }
}
