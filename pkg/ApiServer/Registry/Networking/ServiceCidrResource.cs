using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>
/// ServiceCIDRs: the ranges that Services get their addresses from.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/service-cidr-v1/
/// </summary>
internal sealed class ServiceCidrResource : ResourceStrategy
{
    private const int MaxRanges = 2;

    private static readonly FieldPath Ranges = FieldPath.Of("spec", "cidrs");

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var ranges = obj.Texts("spec.cidrs").ToList();
        if (ranges.Count == 0)
        {
            errors.Required(Ranges, "at least one CIDR required");
            return;
        }

        if (ranges.Count > MaxRanges)
        {
            errors.Invalid(Ranges, RuleExtensions.Shown(obj["spec"]), "may only hold up to 2 values");
            return;
        }

        foreach (var (range, at) in ranges.Indexed(Ranges))
        {
            AddressRules.ValidateCanonicalCidr(range, at, errors);
        }

        if (ranges.Count == MaxRanges && AddressRules.IsSameFamily(ranges[0], ranges[1]))
        {
            errors.Invalid(
                Ranges, RuleExtensions.Shown(ranges),
                "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        }
    }

    /// <summary>A range never changes; a second one, of the other family, can be added.</summary>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var (now, before) = (obj.Texts("spec.cidrs").ToList(), old.Texts("spec.cidrs").ToList());
        if (now.Count != before.Count && !(before.Count == 1 && now.Count == MaxRanges))
        {
            errors.Invalid(Ranges, RuleExtensions.Shown(now), "field is immutable");
            return;
        }

        for (var i = 0; i < before.Count; i++)
        {
            if (now[i] != before[i])
            {
                errors.Invalid(Ranges.Index(i), now[i], "field is immutable");
            }
        }

        if (now.Count != before.Count)
        {
            Validate(context, obj, errors);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("CIDRs", "The ranges", o => Columns.Join(o.Texts("spec.cidrs"))),
        Columns.Age,
    ];
}
