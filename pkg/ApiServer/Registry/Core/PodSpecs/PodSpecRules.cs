using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// What a PodSpec must obey, in pods and in templates alike, in upstream's order and with its paths and words. Source:
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
/// </summary>
internal static class PodSpecRules
{
    private const int MaxDeadlineSeconds = int.MaxValue;

    private const int MaxHostnameBytes = 64;

    /// <summary>
    /// Checks a defaulted PodSpec at a path. <paramref name="podName"/> is null in a template, which may leave out what
    /// the pods made from it will get. What <paramref name="before"/>, the stored one, has wrong may stay where upstream
    /// lets it.
    /// </summary>
    public static void Validate(
        V1PodSpec spec, FieldPath path, FieldErrorList errors, string? podName = null, V1PodSpec? before = null)
    {
        if (spec.TerminationGracePeriodSeconds is null)
        {
            errors.Required(path.Child("terminationGracePeriodSeconds"));
        }

        var volumes = VolumeRules.Validate(spec.Volumes, podName, path.Child("volumes"), errors);
        ValidateClaims(spec.ResourceClaims, path.Child("resourceClaims"), errors);
        ContainerRules.Validate(spec, volumes, path, errors, ContainerRules.HasInitRestart(before));
        ResourceRules.ValidatePod(spec, path.Child("resources"), errors);
        PortRules.ValidateHostNetwork(spec, podName is not null, path, errors);
        errors.OneInOrder(path.Child("restartPolicy"), spec.RestartPolicy, "Always", "OnFailure", "Never");
        DnsRules.ValidatePolicy(spec.DnsPolicy, path.Child("dnsPolicy"), errors);
        ObjectMetaValidation.ValidateLabels(spec.NodeSelector, path.Child("nodeSelector"), errors);
        SecurityRules.ValidatePod(spec, path, errors);
        AffinityRules.Validate(spec.Affinity, path.Child("affinity"), errors);
        DnsRules.Validate(spec.DnsConfig, spec.DnsPolicy, path.Child("dnsConfig"), errors);
        ValidateGates(spec, path, errors);
        SpreadRules.Validate(spec.TopologySpreadConstraints, path.Child("topologySpreadConstraints"), errors);
        WindowsRules.ValidateHostProcess(spec, path, errors);
        SecurityRules.ValidateHostUsers(spec, path, errors);
        ValidateNames(spec, path, errors);
        TolerationRules.Validate(spec.Tolerations, path.Child("tolerations"), errors);
        ValidateHostAliases(spec.HostAliases, path.Child("hostAliases"), errors);
        ValidateClasses(spec, path, errors);
        WindowsRules.ValidateOs(spec, path, errors);
        EnvironmentRules.ValidateFileVolumes(spec, path, errors);
    }

    private static void ValidateClaims(List<V1PodResourceClaim>? claims, FieldPath path, FieldErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (claim, at) in claims.Indexed(path))
        {
            if (claim.Name.Length == 0)
            {
                errors.Required(at.Child("name"));
            }
            else if (!names.Add(claim.Name))
            {
                errors.Duplicate(at.Child("name"), claim.Name);
            }
            else
            {
                errors.AddMessages(at.Child("name"), claim.Name, NameRules.IsDns1123Label);
            }

            if (claim.ResourceClaimName is null == claim.ResourceClaimTemplateName is null)
            {
                errors.Invalid(at, Shown(claim), claim.ResourceClaimName is null
                    ? "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
                    : "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            }

            SubdomainIfSet(claim.ResourceClaimName, at.Child("resourceClaimName"), errors);
            SubdomainIfSet(claim.ResourceClaimTemplateName, at.Child("resourceClaimTemplateName"), errors);
        }
    }

    private static void ValidateGates(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        foreach (var (gate, at) in spec.ReadinessGates.Indexed(path.Child("readinessGates")))
        {
            errors.AddMessages(at.Child("conditionType"), gate.ConditionType, NameRules.IsQualifiedName, evenEmpty: true);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (gate, at) in spec.SchedulingGates.Indexed(path.Child("schedulingGates")))
        {
            errors.AddMessages(at, gate.Name, NameRules.IsQualifiedName, evenEmpty: true);
            if (!names.Add(gate.Name))
            {
                errors.Duplicate(at, gate.Name);
            }
        }
    }

    private static void ValidateNames(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        errors.AddMessages(path.Child("serviceAccountName"), spec.ServiceAccountName, NameRules.IsDns1123Subdomain);
        errors.AddMessages(path.Child("nodeName"), spec.NodeName, NameRules.IsDns1123Subdomain);
        if (spec.ActiveDeadlineSeconds is < 1 or > MaxDeadlineSeconds)
        {
            errors.Invalid(
                path.Child("activeDeadlineSeconds"), spec.ActiveDeadlineSeconds,
                NameRules.InclusiveRange(1, MaxDeadlineSeconds));
        }

        errors.AddMessages(path.Child("hostname"), spec.Hostname, NameRules.IsDns1123Label);
        errors.AddMessages(path.Child("subdomain"), spec.Subdomain, NameRules.IsDns1123Label);
        if (spec.HostnameOverride is { } hostname)
        {
            ValidateHostnameOverride(spec, hostname, path, errors);
        }
    }

    /// <summary>The kernel's own bound, and nothing that gives the pod another host name (KEP-4762).</summary>
    private static void ValidateHostnameOverride(V1PodSpec spec, string hostname, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("hostnameOverride");
        errors.AddMessages(at, hostname, NameRules.IsDns1123Subdomain, evenEmpty: true);
        if (hostname.Length > MaxHostnameBytes)
        {
            errors.TooLong(at, MaxHostnameBytes);
        }

        if (spec.HostNetwork == true)
        {
            errors.Forbidden(at, "may not be specified when hostNetwork is true");
        }

        if (spec.SetHostnameAsFQDN == true)
        {
            errors.Forbidden(at, "may not be specified when setHostnameAsFQDN is true");
        }
    }

    private static void ValidateHostAliases(List<V1HostAlias>? aliases, FieldPath path, FieldErrorList errors)
    {
        foreach (var (alias, at) in aliases.Indexed(path))
        {
            AddressRules.ValidateIP(alias.Ip, at.Child("ip"), errors);
            foreach (var (name, nameAt) in alias.Hostnames.Indexed(at.Child("hostnames")))
            {
                errors.AddMessages(nameAt, name, NameRules.IsDns1123Subdomain, evenEmpty: true);
            }
        }
    }

    private static void ValidateClasses(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        errors.AddMessages(path.Child("priorityClassName"), spec.PriorityClassName, NameRules.IsDns1123Subdomain);
        SubdomainIfSet(spec.RuntimeClassName, path.Child("runtimeClassName"), errors);
        if (spec.PreemptionPolicy is { } policy)
        {
            errors.OneInOrder(path.Child("preemptionPolicy"), policy, "PreemptLowerPriority", "Never");
        }

        if (spec.Overhead is { } overhead)
        {
            ResourceRules.ValidateOverhead(overhead, path.Child("overhead"), errors);
        }
    }

    private static void SubdomainIfSet(string? name, FieldPath path, FieldErrorList errors)
    {
        if (name is not null)
        {
            errors.AddMessages(path, name, NameRules.IsDns1123Subdomain, evenEmpty: true);
        }
    }

    private static VerbatimValue Shown(V1PodResourceClaim claim) => VerbatimValue.Struct(
        ("Name", claim.Name), ("ResourceClaimName", claim.ResourceClaimName),
        ("ResourceClaimTemplateName", claim.ResourceClaimTemplateName));
}
