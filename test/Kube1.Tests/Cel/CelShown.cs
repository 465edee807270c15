using System.Globalization;
using System.Text.Json;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>Values as the tables write them: each type in a way of its own, so that 1, 1u and 1.0 differ.</summary>
internal static class CelShown
{
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => value.AsBool ? "true" : "false",
        CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture) + "u",
        CelKind.Double => Double(value.AsDouble),
        CelKind.String => JsonSerializer.Serialize(value.AsString, Plain),
        CelKind.Bytes => "b" + Convert.ToHexStringLower(value.AsBytes),
        CelKind.Timestamp => $"timestamp({CelValueText.Timestamp(value)})",
        CelKind.Duration => $"duration({CelValueText.Duration(value.AsDuration)})",
        CelKind.List => $"[{string.Join(", ", Enumerable.Range(0, value.AsList.Count).Select(i => Of(value.AsList[i])))}]",
        CelKind.Map => $"{{{string.Join(", ", Enumerable.Range(0, value.AsMap.Count)
            .Select(i => $"{Of(value.AsMap.KeyAt(i))}: {Of(value.AsMap.ValueAt(i))}").Order(StringComparer.Ordinal))}}}",
        CelKind.Type => $"type({value.AsType.Name})",
        CelKind.Optional => value.HasValue ? $"optional({Of(value.Inner)})" : "none",
        CelKind.Error => $"error({value.AsError.Message})",
        _ => value.ToString(),
    };

    private static string Double(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.All(c => char.IsAsciiDigit(c) || c == '-') ? text + ".0" : text;
    }
}
