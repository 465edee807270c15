using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Named formats: <c>format.dns1123Label().validate(self.name)</c> is none, or the list of what is wrong.
/// Source: k8s.io/apiserver/pkg/cel/library/format.go.
/// </summary>
public static class FormatLibrary
{
    public static readonly CelType Type = CelType.Object("kubernetes.NamedFormat");

    // The longest names and patterns that upstream reckons with.
    private const ulong MaxNameLength = 64;
    private const int MaxPatternLength = 128;

    public static CelLibrary Library { get; } = new("kubernetes.format")
    {
        SinceMinor = 31,
        Functions =
        [
            LibraryCosts.Cheap("format.named", CelOverload.Global(
                "format-named", [CelType.String], CelType.Optional(Type),
                a => NamedFormat.All.TryGetValue(a[0].AsString, out var format)
                    ? CelValue.OptionalOf(CelValue.Of(format))
                    : CelValue.None)),
            new("validate", CelOverload.Member(
                "format-validate", [Type, CelType.String], CelType.Optional(CelType.List(CelType.String)), Validate))
            {
                Cost = Cost, Estimate = Estimate,
            },
            .. NamedFormat.All.Select(format => new CelFunction($"format.{format.Key}", CelOverload.Global(
                $"format.{format.Key}", [], Type, _ => CelValue.Of(format.Value)))),
            LibraryCosts.Equality(Type, static _ => new CostEstimate(1, MaxNameLength)
                .MultiplyByCostFactor(CelCosts.StringTraversal)),
        ],
    };

    private static CelValue Validate(ReadOnlySpan<CelValue> arguments)
    {
        var errors = ((NamedFormat)arguments[0].AsObject).Validate(arguments[1].AsString);
        return errors.Count == 0
            ? CelValue.None
            : CelValue.OptionalOf(CelValue.Of(new CelArray([.. errors.Select(error => CelValue.Of(error))])));
    }

    private static ulong? Cost(ReadOnlySpan<CelValue> arguments, in CelValue result)
    {
        if (arguments[0].Kind != CelKind.Object || arguments[0].AsObject is not NamedFormat format)
        {
            return null;
        }

        var text = (ulong)Math.Ceiling((1.0 + CelCosts.SizeOf(arguments[1])) * CelCosts.StringTraversal);
        return text * (ulong)Math.Ceiling(format.PatternLength * CelCosts.RegexStringLength);
    }

    private static CallEstimate? Estimate(CelCallSite site) => site.Arguments.IsEmpty
        ? null
        : new CallEstimate(LibraryCosts.Walked(site.SizeOf(site.Arguments[0]))
            .MultiplyByCostFactor(MaxPatternLength * CelCosts.RegexStringLength));
}
