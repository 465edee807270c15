using System.Collections;
using System.Globalization;
using Kube1.Api.Json;

namespace Kube1.Api.Validation;

/// <summary>What validation found, in the order found. Each method adds one error in upstream's words.</summary>
public sealed class FieldErrorList : IReadOnlyList<FieldError>
{
    private readonly List<FieldError> _errors = [];

    /// <inheritdoc/>
    public int Count => _errors.Count;

    /// <inheritdoc/>
    public FieldError this[int index] => _errors[index];

    /// <summary>The field must be set.</summary>
    public void Required(FieldPath path, string detail = "") =>
        Add(path, "FieldValueRequired", detail.Length == 0 ? "Required value" : "Required value: " + detail);

    /// <summary>The value does not do.</summary>
    public void Invalid(FieldPath path, object? value, string detail) =>
        Add(path, "FieldValueInvalid", $"Invalid value: {Quote(value)}: {detail}");

    /// <summary>The field does not do as a whole; its value would tell nothing.</summary>
    public void Invalid(FieldPath path, string detail) => Add(path, "FieldValueInvalid", "Invalid value: " + detail);

    /// <summary>The value must not be set here or now.</summary>
    public void Forbidden(FieldPath path, string detail) => Add(path, "FieldValueForbidden", "Forbidden: " + detail);

    /// <summary>The value stands twice.</summary>
    public void Duplicate(FieldPath path, object? value, string detail = "") =>
        Add(path, "FieldValueDuplicate", "Duplicate value: " + Quote(value) + After(detail));

    /// <summary>The value stands twice; it would tell nothing.</summary>
    public void Duplicate(FieldPath path) => Add(path, "FieldValueDuplicate", "Duplicate value");

    /// <summary>The server could not check the field.</summary>
    public void Internal(FieldPath path, string detail) => Add(path, "InternalError", "Internal error: " + detail);

    /// <summary>What the value refers to is not there.</summary>
    public void NotFound(FieldPath path, object? value, string detail = "") =>
        Add(path, "FieldValueNotFound", "Not found: " + Quote(value) + After(detail));

    /// <summary>The value is none of those known; <paramref name="supported"/> is sorted for the message.</summary>
    public void NotSupported(FieldPath path, object? value, IEnumerable<string> supported) => Add(
        path, "FieldValueNotSupported",
        $"Unsupported value: {Quote(value)}: supported values: "
        + string.Join(", ", supported.Order(StringComparer.Ordinal).Select(s => $"\"{s}\"")));

    /// <summary>The value is none of those known, which the message names in the order given.</summary>
    public void NotOneOf(FieldPath path, object? value, params ReadOnlySpan<string> supported) => Add(
        path, "FieldValueNotSupported",
        $"Unsupported value: {Quote(value)}: supported values: " + QuoteAll(supported));

    /// <summary>The text is longer than <paramref name="maxBytes"/>.</summary>
    public void TooLong(FieldPath path, long maxBytes) => Add(
        path, "FieldValueTooLong",
        maxBytes < 0 ? "Too long: value is too long"
            : $"Too long: may not be more than {maxBytes} {(maxBytes == 1 ? "byte" : "bytes")}");

    /// <summary>The list has more than <paramref name="max"/> items.</summary>
    public void TooMany(FieldPath path, long actual, long max) => Add(
        path, "FieldValueTooMany",
        max < 0 ? $"Too many: {actual}: has too many items"
            : $"Too many: {actual}: must have at most {max} {(max == 1 ? "item" : "items")}");

    /// <summary>The value has the wrong type.</summary>
    public void TypeInvalid(FieldPath path, object? value, string detail) =>
        Add(path, "FieldValueTypeInvalid", $"Invalid value: {Quote(value)}: {detail}");

    /// <summary>Takes over all of these errors.</summary>
    public void AddRange(IEnumerable<FieldError> others) => _errors.AddRange(others);

    /// <inheritdoc/>
    public IEnumerator<FieldError> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Add(FieldPath path, string reason, string body) => _errors.Add(new FieldError(path.ToString(), reason, body));

    private static string QuoteAll(ReadOnlySpan<string> texts)
    {
        var quoted = new string[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            quoted[i] = GoText.Quote(texts[i]);
        }

        return string.Join(", ", quoted);
    }

    private static string After(string detail) => detail.Length == 0 ? "" : ": " + detail;

    private static string Quote(object? value) => value switch
    {
        null => "null",
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "null",
    };
}
