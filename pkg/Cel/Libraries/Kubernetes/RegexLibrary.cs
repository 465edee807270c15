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

    private static CelValue Find(ReadOnlySpan<CelValue> arguments) =>
        CelRegex.TryGetCached(arguments[1].AsString, out var regex, out var error)
            ? CelValue.Of(regex.Match(arguments[0].AsString).Value)
            : CelValue.Error($"Illegal regex: {error}");

    private static CelValue FindAll(in CelValue subject, in CelValue pattern, long limit)
    {
        if (!CelRegex.TryGetCached(pattern.AsString, out var regex, out var error))
        {
            return CelValue.Error($"Illegal regex: {error}");
        }

        var text = subject.AsString;
        var found = new List<CelValue>();
        var end = -1;
        for (var at = 0; at <= text.Length && (limit < 0 || found.Count < limit);)
        {
            var match = regex.Match(text, at);
            if (!match.Success)
            {
                break;
            }

            // An empty match right behind another match does not count.
            if (match.Length > 0 || match.Index != end)
            {
                found.Add(CelValue.Of(match.Value));
            }

            end = match.Index + match.Length;
            at = end > at ? end : at + WidthAt(text, at);
        }

        return CelValue.Of(new CelArray([.. found]));
    }

    private static int WidthAt(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

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
