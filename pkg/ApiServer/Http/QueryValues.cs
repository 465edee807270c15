using System.Globalization;
using Kube1.Api.Errors;
using Microsoft.Extensions.Primitives;

namespace Kube1.ApiServer.Http;

/// <summary>
/// Query parameters as upstream reads them (k8s.io/apimachinery/pkg/runtime, conversion.go): of several of one name the
/// first counts, and one that is there with no value is not one that is absent.
/// </summary>
internal static class QueryValues
{
    /// <summary>The text; empty when absent.</summary>
    public static string Text(StringValues values) => values is [{ } first, ..] ? first : "";

    /// <summary>Present, and neither "0" nor "false": "?watch" asks for a watch.</summary>
    public static bool IsTrue(StringValues values) => Flag(values) is true;

    /// <summary>The same; null when absent.</summary>
    public static bool? Flag(StringValues values) => values.Count == 0
        ? null
        : Text(values) is var text && text != "0" && !text.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>A number; null when absent. Throws 400 for what is none.</summary>
    public static long? Number(StringValues values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        // .NET takes NUL behind a number for nothing; to Go it is no digit.
        var text = Text(values);
        if (!text.Contains('\0', StringComparison.Ordinal)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var digits = text.AsSpan().TrimStart("+-");
        var why = digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? "invalid syntax" : "value out of range";
        throw ApiErrors.BadRequest($"strconv.ParseInt: parsing {Api.Json.GoText.Quote(text)}: {why}");
    }
}
