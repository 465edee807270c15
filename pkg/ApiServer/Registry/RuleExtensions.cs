using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry;

/// <summary>Short forms that validation of all kinds shares.</summary>
internal static class RuleExtensions
{
    private const string NonNegative = "must be greater than or equal to 0";

    /// <summary>The items of a list with their paths; none when there is no list.</summary>
    public static IEnumerable<(T Item, FieldPath Path)> Indexed<T>(this IEnumerable<T>? items, FieldPath path) =>
        items?.Select((item, i) => (item, path.Index(i))) ?? [];

    /// <summary>The same for lists, without allocating an enumerator.</summary>
    public static IndexedItems<T> Indexed<T>(this List<T>? items, FieldPath path) => new(items, path);

    /// <summary>Adds what a rule for texts finds; an absent text is sound unless <paramref name="evenEmpty"/>.</summary>
    public static void AddMessages(
        this FieldErrorList errors, FieldPath path, string? value, Func<string, IReadOnlyList<string>> rule,
        bool evenEmpty = false)
    {
        if (!evenEmpty && string.IsNullOrEmpty(value))
        {
            return;
        }

        var messages = rule(value ?? "");
        for (var i = 0; i < messages.Count; i++)
        {
            errors.Invalid(path, value ?? "", messages[i]);
        }
    }

    /// <summary>The text must be there and obey the rule.</summary>
    public static void RequiredName(
        this FieldErrorList errors, FieldPath path, string? value, Func<string, IReadOnlyList<string>> rule)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path);
        }
        else
        {
            errors.AddMessages(path, value, rule);
        }
    }

    /// <summary>The text must be there.</summary>
    public static void RequiredText(this FieldErrorList errors, FieldPath path, string? value, string detail = "")
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path, detail);
        }
    }

    /// <summary>The text must be there and one of these.</summary>
    public static void OneOf(this FieldErrorList errors, FieldPath path, string? value, string[] supported)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path);
        }
        else if (!supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }

    /// <summary>The same, where upstream's message does not sort what is supported.</summary>
    public static void OneInOrder(
        this FieldErrorList errors, FieldPath path, string? value, params ReadOnlySpan<string> supported)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path);
        }
        else if (!supported.Contains(value))
        {
            errors.NotOneOf(path, value, supported);
        }
    }

    /// <summary>The number must not be below zero.</summary>
    public static void NotNegative(this FieldErrorList errors, FieldPath path, long? value)
    {
        if (value < 0)
        {
            errors.Invalid(path, value, NonNegative);
        }
    }

    /// <summary>Each of these fields, below the path, must not be below zero; those that are absent are sound.</summary>
    public static void NotNegative(
        this FieldErrorList errors, FieldPath path, JsonObject? obj, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            errors.NotNegative(path.Child(field), obj.Integer(field));
        }
    }

    /// <summary>A LabelSelector must be well formed; an absent one is sound.</summary>
    public static void Selector(this FieldErrorList errors, FieldPath path, JsonObject? selector)
    {
        if (selector is not null)
        {
            LabelSelectorValidation.Validate(KubeJson.Deserialize<V1LabelSelector>(selector), path, errors);
        }
    }

    /// <summary>A field that may never change has changed.</summary>
    public static void Immutable(
        this FieldErrorList errors, FieldPath path, JsonNode? now, JsonNode? before, string detail = "field is immutable")
    {
        if (!SemanticEquality.Same(now, before))
        {
            errors.Invalid(path, Shown(now), detail);
        }
    }

    /// <summary>How an error shows a list of texts: ["a","b"].</summary>
    public static VerbatimValue Shown(IEnumerable<string> texts) =>
        new(new JsonArray([.. texts.Select(text => (JsonNode)text)]).ToJsonString());

    /// <summary>How an error shows a map of texts, sorted: {"a":"b"}.</summary>
    public static VerbatimValue ShownMap(JsonObject? map) => new(map is null
        ? "null"
        : new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString());

    /// <summary>How an error shows a value: texts in quotes, all else as JSON.</summary>
    public static object? Shown(JsonNode? value) => value switch
    {
        null => null,
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        _ => VerbatimValue.Of(value),
    };
}
