using System.Net;
using System.Net.Sockets;
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

        if (ranges.Count == MaxRanges && !IsDualStack(ranges))
        {
            errors.Invalid(
                Ranges, RuleExtensions.Shown(obj["spec"]),
                "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
            return;
        }

        foreach (var (range, at) in ranges.Indexed(Ranges))
        {
            ValidateRange(range, at, errors);
        }
    }

    /// <summary>A range never changes; a second one, of the other family, can be added.</summary>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var (now, before) = (obj.Texts("spec.cidrs").ToList(), old.Texts("spec.cidrs").ToList());
        if (now.Count != before.Count && !(before.Count == 1 && now.Count == MaxRanges))
        {
            errors.Invalid(Ranges, RuleExtensions.Shown(obj["spec"]), "field is immutable");
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

    private static bool IsDualStack(List<string> ranges) =>
        ranges.All(IsRange) && ranges.Select(r => IPAddress.Parse(r.Split('/')[0]).AddressFamily).Distinct().Count() == 2;

    private static bool IsRange(string range) => AddressRules.IsCidr(range);

    private static void ValidateRange(string range, FieldPath path, FieldErrorList errors)
    {
        if (!IsRange(range))
        {
            errors.Invalid(path, range, $"netip.ParsePrefix(\"{range}\"): {Wrong(range)}");
            return;
        }

        var parts = range.Split('/');
        var (address, bits) = (IPAddress.Parse(parts[0]), int.Parse(parts[1]));
        if (!CidrWarnings.Masked(address, bits).Equals(address))
        {
            errors.Invalid(path, range, "wrong CIDR format, IP doesn't match network IP address");
        }

        if ($"{address}/{bits}" != range)
        {
            errors.Invalid(path, range, "CIDR not in RFC 5952 canonical format");
        }
    }

    private static string Wrong(string range)
    {
        var slash = range.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return "no '/'";
        }

        if (!NameRules.TryParseIPAddress(range[..slash], out var address))
        {
            return $"ParseAddr(\"{range[..slash]}\"): unable to parse IP";
        }

        return int.TryParse(range.AsSpan(slash + 1), out var bits)
            && bits > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            ? "prefix length out of range"
            : $"bad bits after slash: \"{range[(slash + 1)..]}\"";
    }
}
