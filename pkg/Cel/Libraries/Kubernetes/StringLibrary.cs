using System.Text;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// More functions on strings, in the library's version 2 (which has no <c>reverse</c>). Positions count code points.
/// Source: cel-go v0.26, ext/strings.go; prices: k8s.io/apiserver/pkg/cel/library/cost.go.
/// </summary>
public static class StringLibrary
{
    private static readonly CelType Text = CelType.String, Int = CelType.Int, Texts = CelType.List(CelType.String);

    public static CelLibrary Library { get; } = new("cel.lib.ext.strings")
    {
        SinceMinor = 29,
        Functions = [.. Searching(), .. Changing(), .. Dividing(), .. Showing()],
    };

    private static IEnumerable<CelFunction> Searching() =>
    [
        new("charAt", CelOverload.Member(
            "string_char_at_int", [Text, Int], Text, a => StringPositions.CharAt(a[0].AsString, a[1].AsInt))),
        Scanning("indexOf",
            CelOverload.Member("string_index_of_string", [Text, Text], Int,
                a => StringPositions.IndexOf(a[0].AsString, a[1].AsString, 0)),
            CelOverload.Member("string_index_of_string_int", [Text, Text, Int], Int,
                a => StringPositions.IndexOf(a[0].AsString, a[1].AsString, a[2].AsInt))),
        Scanning("lastIndexOf",
            CelOverload.Member("string_last_index_of_string", [Text, Text], Int,
                a => StringPositions.LastIndexOf(a[0].AsString, a[1].AsString)),
            CelOverload.Member("string_last_index_of_string_int", [Text, Text, Int], Int,
                a => StringPositions.LastIndexOf(a[0].AsString, a[1].AsString, a[2].AsInt))),
        Transforming("substring",
            CelOverload.Member("string_substring_int", [Text, Int], Text,
                a => StringPositions.Substring(a[0].AsString, a[1].AsInt)),
            CelOverload.Member("string_substring_int_int", [Text, Int, Int], Text,
                a => StringPositions.Substring(a[0].AsString, a[1].AsInt, a[2].AsInt))),
    ];

    private static IEnumerable<CelFunction> Changing() =>
    [
        Transforming("lowerAscii", CelOverload.Member("string_lower_ascii", [Text], Text, a => CelValue.Of(
            string.Create(a[0].AsString.Length, a[0].AsString, static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | ' ') : from[i];
                }
            })))),
        Transforming("upperAscii", CelOverload.Member("string_upper_ascii", [Text], Text, a => CelValue.Of(
            string.Create(a[0].AsString.Length, a[0].AsString, static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = char.IsAsciiLetterLower(from[i]) ? (char)(from[i] & ~' ') : from[i];
                }
            })))),

        // .NET's white space is Go's.
        Transforming("trim", CelOverload.Member("string_trim", [Text], Text, a => CelValue.Of(a[0].AsString.Trim()))),
        new("replace",
            CelOverload.Member("string_replace_string_string", [Text, Text, Text], Text,
                a => StringParts.Replace(a[0].AsString, a[1].AsString, a[2].AsString, -1)),
            CelOverload.Member("string_replace_string_string_int", [Text, Text, Text, Int], Text,
                a => StringParts.Replace(a[0].AsString, a[1].AsString, a[2].AsString, a[3].AsInt)))
        {
            Cost = LibraryCosts.WalkTwice, Estimate = StringEstimates.Replace,
        },
    ];

    private static IEnumerable<CelFunction> Dividing() =>
    [
        new("split",
            CelOverload.Member("string_split_string", [Text, Text], Texts,
                a => StringParts.Split(a[0].AsString, a[1].AsString, -1)),
            CelOverload.Member("string_split_string_int", [Text, Text, Int], Texts,
                a => StringParts.Split(a[0].AsString, a[1].AsString, a[2].AsInt)))
        {
            Cost = LibraryCosts.WalkTwice, Estimate = StringEstimates.Split,
        },
        new("join",
            CelOverload.Member("list_join", [Texts], Text, a => StringParts.Join(a[0].AsList, "")),
            CelOverload.Member("list_join_string", [Texts, Text], Text, a => StringParts.Join(a[0].AsList, a[1].AsString)))
        {
            Cost = static (ReadOnlySpan<CelValue> _, in CelValue result) => CelCosts.Traversal(result, 2),
            Estimate = StringEstimates.Join,
        },
    ];

    // The language itself knows what these cost.
    private static IEnumerable<CelFunction> Showing() =>
    [
        new("format", CelOverload.Member(
            "string_format", [Text, CelType.List(CelType.Dyn)], Text, a => TextFormat.Format(a[0].AsString, a[1].AsList)))
        {
            AcceptsMixedLists = true, Validate = TextFormatCheck.Check,
        },
        new("strings.quote", CelOverload.Global("strings_quote", [Text], Text, a => CelValue.Of(Quote(a[0].AsString)))),
    ];

    private static CelFunction Scanning(string name, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads]) { Cost = LibraryCosts.Scan, Estimate = LibraryCosts.ScanEstimated };

    private static CelFunction Transforming(string name, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads]) { Cost = LibraryCosts.Walk, Estimate = StringEstimates.Transform };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                '\\' => quoted.Append("\\\\"),
                '"' => quoted.Append("\\\""),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }
}
