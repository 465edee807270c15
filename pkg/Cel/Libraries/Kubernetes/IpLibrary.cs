using Kube1.Api.Json;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// IP addresses without zones, and no IPv4 addresses written as IPv6. Source: k8s.io/apiserver/pkg/cel/library/ip.go.
/// </summary>
public static class IpLibrary
{
    public static readonly CelType Type = CelType.Opaque("net.IP");

    public static CelLibrary Library { get; } = new("kubernetes.net.ip")
    {
        SinceMinor = 30,
        Types = [Type],
        Functions =
        [
            LibraryCosts.Reader("ip", CelOverload.Global("string_to_ip", [CelType.String], Type, Parse)),
            LibraryCosts.Reader("isIP", CelOverload.Global(
                "is_ip", [CelType.String], CelType.Bool, a => CelValue.Of(Read(a[0].AsString, out _) is null))),
            new("ip.isCanonical", CelOverload.Global("ip_is_canonical", [CelType.String], CelType.Bool, IsCanonical))
            {
                Cost = LibraryCosts.WalkTwice,
                Estimate = static site => site.Arguments is [var text]
                    ? new CallEstimate(site.SizeOf(text).MultiplyByCostFactor(2 * CelCosts.StringTraversal))
                    : null,
            },
            LibraryCosts.Cheap("family", CelOverload.Member(
                "ip_family", [Type], CelType.Int, a => CelValue.Of(Of(a[0]).IsV4 ? 4L : 6L))),
            Test("isUnspecified", "ip_is_unspecified", static address => address.IsUnspecified),
            Test("isLoopback", "ip_is_loopback", static address => address.IsLoopback),
            Test("isLinkLocalMulticast", "ip_is_link_local_multicast", static address => address.IsLinkLocalMulticast),
            Test("isLinkLocalUnicast", "ip_is_link_local_unicast", static address => address.IsLinkLocalUnicast),
            Test("isGlobalUnicast", "ip_is_global_unicast", static address => address.IsGlobalUnicast),
            new("string", CelOverload.Global("ip_to_string", [Type], CelType.String, a => CelValue.Of(Of(a[0]).ToString()))),
            LibraryCosts.CheapEquality(Type),
            LibraryCosts.SizedInequality(Type),
        ],
    };

    internal static CelValue ValueOf(GoAddress address) => CelValue.Of(new CelAddress(address));

    internal static GoAddress Of(in CelValue value) => ((CelAddress)value.AsObject).Address;

    internal static CelValue Parse(ReadOnlySpan<CelValue> arguments) =>
        Read(arguments[0].AsString, out var address) is { } error ? CelValue.Error(error) : ValueOf(address);

    private static CelFunction Test(string name, string id, Func<GoAddress, bool> holds) => LibraryCosts.Cheap(
        name, CelOverload.Member(id, [Type], CelType.Bool, a => CelValue.Of(holds(Of(a[0])))));

    private static CelValue IsCanonical(ReadOnlySpan<CelValue> arguments) =>
        Read(arguments[0].AsString, out var address) is { } error
            ? CelValue.Error(error)
            : CelValue.Of(address.ToString() == arguments[0].AsString);

    private static string? Read(string text, out GoAddress address) =>
        GoAddress.Parse(text, out address) is { } error
            ? $"IP Address {GoText.Quote(text)} parse error during conversion from string: {error}"
            : address.Zone.Length > 0 ? $"IP address {GoText.Quote(text)} with zone value is not allowed"
            : address.IsMappedV4 ? $"IPv4-mapped IPv6 address {GoText.Quote(text)} is not allowed"
            : null;

    private sealed class CelAddress(GoAddress address) : CelObject
    {
        public override CelType Type => IpLibrary.Type;

        public override long Size => Address.BitLength / 8;

        public GoAddress Address { get; } = address;

        public override bool EqualTo(CelObject other) => other is CelAddress that && that.Address == Address;

        public override int GetValueHash() => Address.GetHashCode();

        public override string ToString() => Address.ToString();
    }
}
