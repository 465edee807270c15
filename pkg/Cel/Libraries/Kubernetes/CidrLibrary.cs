using System.Globalization;
using Kube1.Api.Json;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Ranges of IP addresses: <c>cidr('10.0.0.0/8')</c>. Source: k8s.io/apiserver/pkg/cel/library/cidr.go.</summary>
public static class CidrLibrary
{
    public static readonly CelType Type = CelType.Opaque("net.CIDR");

    private const string ParseError = "network address parse error during conversion from string: ";

    // The bytes of an address.
    private static readonly SizeEstimate AddressBytes = new(4, 16);

    public static CelLibrary Library { get; } = new("kubernetes.net.cidr")
    {
        SinceMinor = 30,
        Types = [Type, IpLibrary.Type],
        Functions =
        [
            LibraryCosts.Reader("cidr", CelOverload.Global("string_to_cidr", [CelType.String], Type, Parse)),
            LibraryCosts.Reader("isCIDR", CelOverload.Global(
                "is_cidr", [CelType.String], CelType.Bool, a => CelValue.Of(Read(a[0].AsString, out _) is null))),
            Containing("containsIP", 2, 0,
                CelOverload.Member("cidr_contains_ip_string", [Type, CelType.String], CelType.Bool, ContainsIPText,
                    TextCost(2, 0), site => Estimate(site, 2, 0, isText: true)),
                CelOverload.Member("cidr_contains_ip_ip", [Type, IpLibrary.Type], CelType.Bool,
                    a => CelValue.Of(Of(a[0]).Contains(IpLibrary.Of(a[1]))))),
            Containing("containsCIDR", 3, 1,
                CelOverload.Member("cidr_contains_cidr_string", [Type, CelType.String], CelType.Bool, ContainsCidrText,
                    TextCost(3, 1), site => Estimate(site, 3, 1, isText: true)),
                CelOverload.Member("cidr_contains_cidr", [Type, Type], CelType.Bool,
                    a => CelValue.Of(Of(a[0]).Contains(Of(a[1]))))),
            new("ip", CelOverload.Member(
                "cidr_ip", [Type], IpLibrary.Type, a => IpLibrary.ValueOf(Of(a[0]).Address), LibraryCosts.One,
                LibraryCosts.OneEstimated)),
            LibraryCosts.Cheap("prefixLength", CelOverload.Member(
                "cidr_prefix_length", [Type], CelType.Int, a => CelValue.Of((long)Of(a[0]).PrefixLength))),
            LibraryCosts.Cheap("masked", CelOverload.Member(
                "cidr_masked", [Type], Type, a => CelValue.Of(Of(a[0]).Masked()))),
            new("string", CelOverload.Global(
                "cidr_to_string", [Type], CelType.String, a => CelValue.Of(Of(a[0]).ToString()))),
            LibraryCosts.CheapEquality(Type),
            LibraryCosts.SizedInequality(Type),
        ],
    };

    private static CelRange Of(in CelValue value) => (CelRange)value.AsObject;

    private static CelValue Parse(ReadOnlySpan<CelValue> arguments) =>
        Read(arguments[0].AsString, out var range) is { } error
            ? CelValue.Error(ParseError + error)
            : CelValue.Of(range!);

    private static string? Read(string text, out CelRange? range)
    {
        range = null;
        var slash = text.LastIndexOf('/');
        if (slash < 0)
        {
            return Wrong("no '/'");
        }

        if (GoAddress.Parse(text[..slash], out var address) is { } error)
        {
            return Wrong(error);
        }

        if (address.Zone.Length > 0)
        {
            return Wrong("IPv6 zones cannot be present in a prefix");
        }

        var digits = text[(slash + 1)..];
        if ((digits.Length > 1 && digits[0] is < '1' or > '9') || digits.EndsWith('\0')
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var bits))
        {
            return Wrong($"bad bits after slash: {GoText.Quote(digits)}");
        }

        if (bits > address.BitLength)
        {
            return Wrong("prefix length out of range");
        }

        range = new CelRange(address, bits);
        return address.IsMappedV4 ? $"IPv4-mapped IPv6 address {GoText.Quote(text)} is not allowed" : null;

        string Wrong(string reason) => $"{ParseError}netip.ParsePrefix({GoText.Quote(text)}): {reason}";
    }

    // A text that is no address has no overload, where one that is no range is told about: upstream reports so.
    private static CelValue ContainsIPText(ReadOnlySpan<CelValue> arguments)
    {
        var address = IpLibrary.Parse(arguments[1..]);
        return address.IsError
            ? CelValue.Of(CelError.NoSuchOverload)
            : CelValue.Of(Of(arguments[0]).Contains(IpLibrary.Of(address)));
    }

    private static CelValue ContainsCidrText(ReadOnlySpan<CelValue> arguments)
    {
        var range = Parse(arguments[1..]);
        return range.IsError ? range : CelValue.Of(Of(arguments[0]).Contains(Of(range)));
    }

    // Two walks over the range's prefix to compare, for ranges one more to mask it, and one unit for the lengths.
    private static CelFunction Containing(string name, int walks, ulong extra, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads])
        {
            Cost = (ReadOnlySpan<CelValue> a, in CelValue _) => Compared(a[0], walks, extra),
            Estimate = site => Estimate(site, walks, extra, isText: false),
        };

    private static CelCallCost TextCost(int walks, ulong extra) => (ReadOnlySpan<CelValue> a, in CelValue _) =>
        Compared(a[0], walks, extra) + CelCosts.Traversal(a[1]);

    private static ulong Compared(in CelValue range, int walks, ulong extra) =>
        CelCosts.Traversal(range, 2) + (walks > 2 ? CelCosts.Traversal(range) : 0) + extra;

    private static CallEstimate? Estimate(CelCallSite site, int walks, ulong extra, bool isText)
    {
        if (site.Arguments.IsEmpty)
        {
            return null;
        }

        var cost = LibraryCosts.Walked(AddressBytes.Add(AddressBytes));
        cost = walks > 2 ? cost.Add(LibraryCosts.Walked(AddressBytes)) : cost;
        cost = isText ? cost.Add(LibraryCosts.Walked(site.SizeOf(site.Arguments[0]))) : cost;
        return new CallEstimate(cost.Add(CostEstimate.Fixed(extra)));
    }

    private sealed class CelRange(GoAddress address, int prefixLength) : CelObject
    {
        public override CelType Type => CidrLibrary.Type;

        public override long Size => (PrefixLength + 7) / 8;

        public GoAddress Address { get; } = address;

        public int PrefixLength { get; } = prefixLength;

        public bool Contains(GoAddress other) =>
            other.IsV4 == Address.IsV4 && other.Masked(PrefixLength) == Address.Masked(PrefixLength);

        public bool Contains(CelRange other) => PrefixLength <= other.PrefixLength && Contains(other.Address);

        public CelRange Masked() => new(Address.Masked(PrefixLength), PrefixLength);

        public override bool EqualTo(CelObject other) =>
            other is CelRange that && that.Address == Address && that.PrefixLength == PrefixLength;

        public override int GetValueHash() => HashCode.Combine(Address, PrefixLength);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
    }
}
