using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>The cluster IPs of a Service and their families, of which it has one or two.</summary>
internal static class ServiceAddressRules
{
    private const string None = "None";

    private const string MayNotChange = "may not change once set";

    private static readonly FieldPath Addresses = FieldPath.Of("spec", "clusterIPs");

    private static readonly FieldPath Families = FieldPath.Of("spec", "ipFamilies");

    private static readonly FieldPath Policy = FieldPath.Of("spec", "ipFamilyPolicy");

    /// <summary>Whether a Service is only a name for its endpoints.</summary>
    public static bool IsHeadless(V1ServiceSpec spec) => spec.ClusterIPs is [None];

    /// <summary>Checks addresses and families by themselves and against each other.</summary>
    public static void Validate(V1ServiceSpec spec, FieldErrorList errors)
    {
        if (spec.Type == "ExternalName")
        {
            return;
        }

        var addresses = spec.ClusterIPs ?? [];
        ValidatePrimary(spec.ClusterIP ?? "", addresses, errors);
        ValidateFamilies(spec, errors);
        var before = errors.Count;
        for (var i = 0; i < addresses.Count; i++)
        {
            if (i > 0 || addresses[i] != None)
            {
                AddressRules.ValidateIP(addresses[i], Addresses.Index(i), errors);
            }
            else if (addresses.Count > 1)
            {
                errors.Invalid(Addresses, VerbatimValue.List(addresses), "'None' must be the first and only value");
            }
        }

        var isSound = errors.Count == before;
        if (addresses.Count > 2)
        {
            errors.Invalid(Addresses, VerbatimValue.List(addresses), "may only hold up to 2 values");
        }

        if (isSound)
        {
            ValidateMatch(addresses, spec.IpFamilies ?? [], errors);
        }
    }

    /// <summary>A second address may come and go; the first one stays.</summary>
    public static void ValidateUpdate(V1ServiceSpec spec, V1ServiceSpec old, FieldErrorList errors)
    {
        if (spec.Type == "ExternalName" || old.Type == "ExternalName")
        {
            return;
        }

        var (isHeadless, wasHeadless) = (IsHeadless(spec), IsHeadless(old));
        if (!isHeadless || !wasHeadless)
        {
            ValidateAddressesKept(spec, spec.ClusterIPs ?? [], old.ClusterIPs ?? [], errors);
        }

        if (!isHeadless && !wasHeadless)
        {
            ValidateFamiliesKept(spec, spec.IpFamilies ?? [], old.IpFamilies ?? [], errors);
        }
    }

    private static void ValidatePrimary(string primary, List<string> addresses, FieldErrorList errors)
    {
        if (primary.Length > 0 && addresses.Count == 0)
        {
            errors.Required(Addresses);
        }
        else if (primary.Length > 0 && addresses[0] != primary)
        {
            errors.Invalid(Addresses, VerbatimValue.List(addresses), "first value must match `clusterIP`");
        }
        else if (primary.Length == 0 && addresses.Count > 0)
        {
            errors.Invalid(Addresses, VerbatimValue.List(addresses), "must be empty when `clusterIP` is not specified");
        }
    }

    private static void ValidateFamilies(V1ServiceSpec spec, FieldErrorList errors)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (family, at) in spec.IpFamilies.Indexed(Families))
        {
            if (family is not ("IPv4" or "IPv6"))
            {
                errors.NotSupported(at, family, ["IPv4", "IPv6"]);
            }

            if (!known.Add(family))
            {
                errors.Duplicate(at, family);
            }
        }

        if (spec.IpFamilyPolicy is not (null or "SingleStack" or "PreferDualStack" or "RequireDualStack"))
        {
            errors.NotSupported(Policy, spec.IpFamilyPolicy, ["PreferDualStack", "RequireDualStack", "SingleStack"]);
        }
    }

    private static void ValidateMatch(List<string> addresses, List<string> families, FieldErrorList errors)
    {
        if (addresses.Count > 1 && addresses.Select(AddressRules.IsIPv6).Distinct().Count() < 2)
        {
            errors.Invalid(
                Addresses, VerbatimValue.List(addresses), "may specify no more than one IP for each IP family");
        }

        if (addresses is [None])
        {
            return;
        }

        for (var i = 0; i < Math.Min(addresses.Count, families.Count); i++)
        {
            if (families[i] is "IPv4" or "IPv6" && AddressRules.IsIPv6(addresses[i]) != (families[i] == "IPv6"))
            {
                errors.Invalid(
                    Addresses.Index(i), addresses[i], $"expected an {families[i]} value as indicated by `ipFamilies[{i}]`");
            }
        }
    }

    private static void ValidateAddressesKept(
        V1ServiceSpec spec, List<string> now, List<string> before, FieldErrorList errors)
    {
        if (now.Count == before.Count)
        {
            for (var i = 0; i < now.Count; i++)
            {
                if (now[i] != before[i])
                {
                    errors.Invalid(Addresses.Index(i), VerbatimValue.List(now), MayNotChange);
                }
            }

            return;
        }

        if (now.Count == 0)
        {
            errors.Invalid(Addresses.Index(0), VerbatimValue.List(spec.ClusterIPs), "primary clusterIP can not be unset");
        }
        else if (before.Count > 0 && now[0] != before[0])
        {
            errors.Invalid(Addresses.Index(0), VerbatimValue.List(now), MayNotChange);
        }

        ForbidSilentRelease(spec, now.Count, before.Count, "clusterIP", errors);
    }

    private static void ValidateFamiliesKept(
        V1ServiceSpec spec, List<string> now, List<string> before, FieldErrorList errors)
    {
        if (now.Count == before.Count)
        {
            foreach (var _ in now.Zip(before).Where(pair => pair.First != pair.Second))
            {
                errors.Invalid(Families.Index(0), VerbatimValue.List(now), MayNotChange);
            }

            return;
        }

        if (now.Count == 0)
        {
            errors.Invalid(Families.Index(0), VerbatimValue.List(spec.IpFamilies), "primary ipFamily can not be unset");
        }
        else if (before.Count > 0 && now[0] != before[0])
        {
            errors.Invalid(Families.Index(0), VerbatimValue.List(spec.ClusterIPs), MayNotChange);
        }

        ForbidSilentRelease(spec, now.Count, before.Count, "ipFamily", errors);
    }

    private static void ForbidSilentRelease(V1ServiceSpec spec, int now, int before, string what, FieldErrorList errors)
    {
        if (now == 1 && before > 1 && spec.IpFamilyPolicy != "SingleStack")
        {
            errors.Invalid(
                Policy, spec.IpFamilyPolicy, $"must be set to 'SingleStack' when releasing the secondary {what}");
        }
    }
}
