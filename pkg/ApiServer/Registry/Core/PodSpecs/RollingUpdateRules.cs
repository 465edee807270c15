using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>maxSurge and maxUnavailable: numbers or percentages.</summary>
internal static class RollingUpdateRules
{
    private const int MaxPercent = 100;

    /// <summary>Checks both; with both at zero an update could never make a step.</summary>
    public static void Validate(JsonObject rolling, FieldPath path, FieldErrorList errors)
    {
        var (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"]);
        ValidateAmount(unavailable, path.Child("maxUnavailable"), errors);
        ValidateAmount(surge, path.Child("maxSurge"), errors);
        if (IsZero(unavailable) && IsZero(surge))
        {
            errors.Invalid(path.Child("maxUnavailable"), Shown(unavailable), "may not be 0 when `maxSurge` is 0");
        }

        NotMoreThanAll(unavailable, path.Child("maxUnavailable"), errors);
    }

    /// <summary>Not negative, or a percentage.</summary>
    public static void ValidateAmount(JsonNode? amount, FieldPath path, FieldErrorList errors)
    {
        if (JsonFields.Integer(amount) is { } number)
        {
            errors.NotNegative(path, number);
        }
        else if (amount is not null)
        {
            errors.AddMessages(path, (string?)amount, NameRules.IsPercent, evenEmpty: true);
        }
    }

    /// <summary>A percentage of at most 100.</summary>
    public static void NotMoreThanAll(JsonNode? amount, FieldPath path, FieldErrorList errors)
    {
        if (Percent(amount) > MaxPercent)
        {
            errors.Invalid(path, Shown(amount), "must not be greater than 100%");
        }
    }

    /// <summary>0, "0%" or nothing; upstream reads a text that is no number as 0 too.</summary>
    public static bool IsZero(JsonNode? amount) => (JsonFields.Integer(amount) ?? Percent(amount) ?? Number(Text(amount))) == 0;

    // Null for what is no percentage.
    private static long? Percent(JsonNode? amount) => JsonFields.Integer(amount) is null
        && Text(amount) is var text && NameRules.IsPercent(text).Count == 0 ? Number(text[..^1]) : null;

    // As Go's strconv.Atoi without a look at its error: more digits than a number has make the greatest one.
    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : text.Length > 0 && text.All(char.IsAsciiDigit) ? long.MaxValue
            : 0;

    private static string Text(JsonNode? amount) => (string?)amount ?? "";

    private static object? Shown(JsonNode? amount) => JsonFields.Integer(amount) ?? (object?)(string?)amount;
}
