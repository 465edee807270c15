using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.Api.Validation;

/// <summary>
/// A value that an error shows as it is, without quotes: lists and objects, as Go's encoder writes them. Upstream checks
/// its internal types, whose members have no JSON names: they show under the names of the Go fields, all of them.
/// </summary>
public sealed record VerbatimValue(string Text)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What upstream shows for a value that it cannot look into.</summary>
    public static VerbatimValue Opaque { get; } = new("{}");

    /// <summary>JSON as it is; null when there is none.</summary>
    public static VerbatimValue Of(JsonNode? value) => new(
        value?.ToJsonString(Options).Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal) ?? "null");

    /// <summary>A list of texts; null when there is none.</summary>
    public static VerbatimValue List(IEnumerable<string>? texts) =>
        Of(texts is null ? null : new JsonArray([.. texts.Select(text => (JsonNode)text)]));

    /// <summary>A list of structs or of anything else that can be shown; null when there is none.</summary>
    public static VerbatimValue List(IEnumerable<VerbatimValue>? values) =>
        new(values is null ? "null" : "[" + string.Join(',', values.Select(value => value.Text)) + "]");

    /// <summary>A Go struct without JSON names: each field under its Go name, in the order of the type.</summary>
    public static VerbatimValue Struct(params ReadOnlySpan<(string Field, object? Value)> fields)
    {
        var members = new string[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            members[i] = $"\"{fields[i].Field}\":{Member(fields[i].Value)}";
        }

        return new VerbatimValue("{" + string.Join(',', members) + "}");
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Member(object? value) => value switch
    {
        null => "null",
        VerbatimValue shown => shown.Text,
        string text => Of(text).Text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Of(value.ToString()).Text,
    };
}
