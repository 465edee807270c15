using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// <c>find</c> and <c>findAll</c>. A literal pattern that is none is refused when the program is made.
/// Source: k8s.io/apiserver/pkg/cel/library/regex.go.
/// </summary>
public static class RegexLibrary
{
    private static readonly CelType Strings = CelType.List(CelType.String);

    public static CelLibrary Library { get; } = new("kubernetes.regex")
    {
        Functions =
        [
            Matching("find", CelOverload.Member(
                "string_find_string", [CelType.String, CelType.String], CelType.String, Find)),
            Matching("findAll",
                CelOverload.Member(
                    "string_find_all_string", [CelType.String, CelType.String], Strings, a => FindAll(a[0], a[1], -1)),
                CelOverload.Member(
                    "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], Strings,
                    a => FindAll(a[0], a[1], a[2].AsInt))),
        ],
    };

    private static CelFunction Matching(string name, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads]) { Cost = Cost, Estimate = Estimate };

    private static CelValue Find(ReadOnlySpan<CelValue> arguments)
    {
        if (!CelRegex.TryGetCached(arguments[1].AsString, out var regex, out var error))
        {
            return CelValue.Error($"Illegal regex: {error}");
        }

        var text = arguments[0].AsString;
        return regex.FindAll(text, 1) switch
        {
            null => CelValue.Error(CelRegex.TooMuchWork(regex)),
            [var match] => CelValue.Of(text[match]),
            _ => CelValue.Of(""),
        };
    }

    private static CelValue FindAll(in CelValue subject, in CelValue pattern, long limit)
    {
        if (!CelRegex.TryGetCached(pattern.AsString, out var regex, out var error))
        {
            return CelValue.Error($"Illegal regex: {error}");
        }

        var text = subject.AsString;
        return regex.FindAll(text, limit < 0 ? long.MaxValue : limit) is { } matches
            ? CelValue.Of(new CelArray([.. matches.Select(match => CelValue.Of(text[match]))]))
            : CelValue.Error(CelRegex.TooMuchWork(regex));
    }

    private static ulong? Cost(ReadOnlySpan<CelValue> arguments, in CelValue result)
    {
        var text = (ulong)Math.Ceiling((1.0 + CelCosts.SizeOf(arguments[0])) * CelCosts.StringTraversal);
        return text * (ulong)Math.Ceiling(CelCosts.SizeOf(arguments[1]) * CelCosts.RegexStringLength);
    }

    private static CallEstimate? Estimate(CelCallSite site)
    {
        if (site.Target is null || site.Arguments.IsEmpty)
        {
            return null;
        }

        var size = site.SizeOf(site.Target);
        var pattern = site.SizeOf(site.Arguments[0]).MultiplyByCostFactor(CelCosts.RegexStringLength);
        return new CallEstimate(
            LibraryCosts.Walked(size.Add(SizeEstimate.Fixed(1))).Multiply(pattern), new SizeEstimate(0, size.Max));
    }
}
