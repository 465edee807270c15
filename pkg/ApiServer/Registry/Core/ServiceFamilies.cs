using System.Net.Sockets;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// The address families of a Service, as far as its author left them open: those of its addresses, or those of the cluster.
/// https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services
/// </summary>
internal sealed class ServiceFamilies(ClusterSettings settings, JsonObject spec, string name)
{
    private const string IPv4 = "IPv4";

    private const string IPv6 = "IPv6";

    private const string TwoFamilies = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";

    private static readonly GroupVersionKind Kind = new("", "v1", "Service");

    private static readonly FieldPath Policy = FieldPath.Of("spec", "ipFamilyPolicy");

    private readonly List<string> _cluster = [.. settings.ServiceCidrs.Select(
        range => range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? IPv6 : IPv4).Distinct()];

    /// <summary>Fills in ipFamilyPolicy and ipFamilies. Throws the 422 that upstream answers when the cluster lacks one.</summary>
    public void Fill()
    {
        var addresses = spec.Texts("clusterIPs").Where(address => address is not ("" or "None")).ToList();
        var families = spec.Texts("ipFamilies").ToList();
        families.AddRange(addresses.Skip(families.Count).Select(address => AddressRules.IsIPv6(address) ? IPv6 : IPv4));
        if (spec.Text("clusterIP") == "None" && spec.Count("selector") == 0)
        {
            FillUnselected(families);
            return;
        }

        var policy = spec.Text("ipFamilyPolicy");
        if (policy.Length == 0)
        {
            policy = families.Count > 1 ? "RequireDualStack" : "SingleStack";
        }

        Check(policy, addresses.Count, families);
        if (families.Count == 0)
        {
            families.Add(_cluster[0]);
        }

        if (policy != "SingleStack" && families.Count == 1)
        {
            families.AddRange(_cluster.Except(families).ToList());
        }

        Set(policy, families);
    }

    /// <summary>Nobody but its author knows the endpoints, so it may have any.</summary>
    private void FillUnselected(List<string> families)
    {
        var policy = spec.Text("ipFamilyPolicy") is { Length: > 0 } given ? given : "RequireDualStack";
        if (families.Count == 0)
        {
            families.Add(_cluster[0]);
        }

        if (policy != "SingleStack" && families.Count == 1)
        {
            families.Add(families[0] == IPv4 ? IPv6 : IPv4);
        }

        Set(policy, families);
    }

    private void Check(string policy, int addresses, List<string> families)
    {
        var errors = new FieldErrorList();
        if (policy == "SingleStack" && addresses > 1)
        {
            errors.Invalid(Policy, policy, TwoFamilies + "'clusterIPs' are specified");
        }

        if (policy == "SingleStack" && families.Count > 1)
        {
            errors.Invalid(Policy, policy, TwoFamilies + "'ipFamilies' are specified");
        }

        foreach (var (family, at) in families.Indexed(FieldPath.Of("spec", "ipFamilies")))
        {
            if (!_cluster.Contains(family))
            {
                errors.Invalid(at, family, "not configured on this cluster");
            }
        }

        if (policy == "RequireDualStack" && _cluster.Count < 2)
        {
            errors.Invalid(Policy, policy, "this cluster is not configured for dual-stack services");
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(Kind, name, errors);
        }
    }

    private void Set(string policy, List<string> families)
    {
        spec["ipFamilyPolicy"] = policy;
        spec["ipFamilies"] = new JsonArray([.. families.Select(family => (JsonNode)family)]);
    }
}
