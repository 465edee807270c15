using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>What NetworkPolicies must obey, with upstream's paths and words.</summary>
internal static class NetworkPolicyRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a policy; ranges that the stored one has already may stay as they are.</summary>
    public static void Validate(V1NetworkPolicy policy, V1NetworkPolicy? old, FieldErrorList errors)
    {
        if (policy.Spec is not { } spec)
        {
            return;
        }

        var kept = old is null ? [] : Ranges(old).ToHashSet(StringComparer.Ordinal);
        LabelSelectorValidation.Validate(spec.PodSelector, Spec.Child("podSelector"), errors);
        foreach (var (rule, at) in spec.Ingress.Indexed(Spec.Child("ingress")))
        {
            ValidatePorts(rule.Ports, at.Child("ports"), errors);
            ValidatePeers(rule.From, kept, at.Child("from"), errors);
        }

        foreach (var (rule, at) in spec.Egress.Indexed(Spec.Child("egress")))
        {
            ValidatePorts(rule.Ports, at.Child("ports"), errors);
            ValidatePeers(rule.To, kept, at.Child("to"), errors);
        }

        if (spec.PolicyTypes?.Count > 2)
        {
            errors.Invalid(
                Spec.Child("policyTypes"), RuleExtensions.Shown(spec.PolicyTypes),
                "may not specify more than two policyTypes");
            return;
        }

        foreach (var (type, at) in spec.PolicyTypes.Indexed(Spec.Child("policyTypes")))
        {
            if (type is not ("Ingress" or "Egress"))
            {
                errors.NotOneOf(at, type, "Ingress", "Egress");
            }
        }
    }

    /// <summary>What to warn of: ranges with bits below their prefix, or not written as RFC 5952 wants.</summary>
    public static IEnumerable<string> Warnings(V1NetworkPolicy policy)
    {
        foreach (var (block, path) in Blocks(policy))
        {
            var ranges = (block.Except ?? []).AsEnumerable().Indexed(path.Child("except")).Prepend((block.Cidr, path.Child("cidr")));
            foreach (var (range, at) in ranges)
            {
                if (AddressRules.WarningForCidr(range, at) is { } warning)
                {
                    yield return warning;
                }
            }
        }
    }

    private static IEnumerable<string> Ranges(V1NetworkPolicy policy) =>
        Blocks(policy).SelectMany(block => (block.Block.Except ?? []).Prepend(block.Block.Cidr));

    private static IEnumerable<(V1IPBlock Block, FieldPath Path)> Blocks(V1NetworkPolicy policy)
    {
        var ingress = policy.Spec?.Ingress?.AsEnumerable().Indexed(Spec.Child("ingress"))
            .SelectMany(rule => rule.Item.From?.AsEnumerable().Indexed(rule.Path.Child("from")) ?? []) ?? [];
        var egress = policy.Spec?.Egress?.AsEnumerable().Indexed(Spec.Child("egress"))
            .SelectMany(rule => rule.Item.To?.AsEnumerable().Indexed(rule.Path.Child("to")) ?? []) ?? [];
        foreach (var (peer, at) in ingress.Concat(egress))
        {
            if (peer.IpBlock is { } block)
            {
                yield return (block, at.Child("ipBlock"));
            }
        }
    }

    private static void ValidatePorts(List<V1NetworkPolicyPort>? ports, FieldPath path, FieldErrorList errors)
    {
        foreach (var (port, at) in ports.Indexed(path))
        {
            if (port.Protocol is { } protocol and not ("TCP" or "UDP" or "SCTP"))
            {
                errors.NotOneOf(at.Child("protocol"), protocol, "TCP", "UDP", "SCTP");
            }

            ValidatePort(port, at, errors);
        }
    }

    private static void ValidatePort(V1NetworkPolicyPort port, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("endPort");
        if (port.Port is not { } number)
        {
            if (port.EndPort is { } end)
            {
                errors.Invalid(at, end, "may not be specified when `port` is not specified");
            }

            return;
        }

        if (number.IsString && port.EndPort is { } last)
        {
            errors.Invalid(at, last, "may not be specified when `port` is non-numeric");
        }

        PortRules.ValidateNumberOrName(number, path.Child("port"), errors);
        if (!number.IsString && port.EndPort is { } high)
        {
            // Upstream shows the port here, not the end.
            if (high < number.IntValue)
            {
                errors.Invalid(at, number.IntValue, "must be greater than or equal to `port`");
            }

            PortRules.ValidateNumber(high, at, errors);
        }
    }

    private static void ValidatePeers(
        List<V1NetworkPolicyPeer>? peers, HashSet<string> kept, FieldPath path, FieldErrorList errors)
    {
        foreach (var (peer, at) in peers.Indexed(path))
        {
            LabelSelectorValidation.Validate(peer.PodSelector, at.Child("podSelector"), errors);
            LabelSelectorValidation.Validate(peer.NamespaceSelector, at.Child("namespaceSelector"), errors);
            if (peer.IpBlock is { } block)
            {
                ValidateBlock(block, kept, at.Child("ipBlock"), errors);
                if (peer.PodSelector is not null || peer.NamespaceSelector is not null)
                {
                    errors.Forbidden(at, "may not specify both ipBlock and another peer");
                }
            }
            else if (peer.PodSelector is null && peer.NamespaceSelector is null)
            {
                errors.Required(at, "must specify a peer");
            }
        }
    }

    private static void ValidateBlock(V1IPBlock block, HashSet<string> kept, FieldPath path, FieldErrorList errors)
    {
        if (string.IsNullOrEmpty(block.Cidr))
        {
            errors.Required(path.Child("cidr"));
            return;
        }

        AddressRules.ValidateCidr(block.Cidr, path.Child("cidr"), errors, kept);
        if (!AddressRules.IsCidr(block.Cidr))
        {
            return;
        }

        foreach (var (except, at) in block.Except.Indexed(path.Child("except")))
        {
            AddressRules.ValidateCidr(except, at, errors, kept);
            if (AddressRules.IsCidr(except) && !AddressRules.IsStrictlyWithin(except, block.Cidr))
            {
                errors.Invalid(at, except, "must be a strict subset of `cidr`");
            }
        }
    }
}
