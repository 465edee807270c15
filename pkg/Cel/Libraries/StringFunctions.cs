using System.Collections.Immutable;
using Kube1.Api.Patterns;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>What the language itself does with strings.</summary>
internal static class StringFunctions
{
    private static readonly ImmutableArray<CelType> TwoStrings = [CelType.String, CelType.String];

    public static ImmutableArray<CelFunction> Functions { get; } =
    [
        Test("contains", "contains_string", (text, part) => text.Contains(part, StringComparison.Ordinal)),
        Test("endsWith", "ends_with_string", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        Test("startsWith", "starts_with_string", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        new("matches",
            new CelOverload { Id = "matches", Arguments = TwoStrings, Result = CelType.Bool },
            new CelOverload { Id = "matches_string", IsMember = true, Arguments = TwoStrings, Result = CelType.Bool })
        {
            Dispatch = Matches,
        },
    ];

    // These refuse other arguments themselves, without naming the function.
    private static CelFunction Test(string name, string id, Func<string, string, bool> holds) => new(
        name,
        new CelOverload { Id = id, IsMember = true, Arguments = TwoStrings, Result = CelType.Bool })
    {
        Dispatch = arguments => arguments is [{ Kind: CelKind.String }, { Kind: CelKind.String }]
            ? CelValue.Of(holds(arguments[0].AsString, arguments[1].AsString))
            : CelValue.Of(CelError.NoSuchOverload),
    };

    private static CelValue Matches(ReadOnlySpan<CelValue> arguments)
    {
        if (arguments[0].Kind != CelKind.String || arguments[1].Kind != CelKind.String)
        {
            return Arithmetic.NoOverload(false, arguments[0], "matches");
        }

        return CelRegex.TryGetCached(arguments[1].AsString, out var regex, out var error)
            ? Matches(regex, arguments[0].AsString)
            : CelValue.Error(error);
    }

    /// <summary>Whether a text matches; an error when that takes too much work to find out.</summary>
    internal static CelValue Matches(Re2Pattern pattern, string text) =>
        pattern.Matches(text) is { } matches ? CelValue.Of(matches) : CelValue.Error(CelRegex.TooMuchWork(pattern));
}
