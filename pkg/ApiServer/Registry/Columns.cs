using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;

namespace Kube1.ApiServer.Registry;

/// <summary>Short forms for columns of kubectl get, and the words upstream writes for what is not there.</summary>
internal static class Columns
{
    /// <summary>No value where there could be one.</summary>
    public const string None = "<none>";

    /// <summary>No value because nobody has set it.</summary>
    public const string Unset = "<unset>";

    /// <summary>No value because nobody has reported it yet.</summary>
    public const string Unknown = "<unknown>";

    /// <summary>"Name"</summary>
    public static PrintColumn Name => DefaultPrintColumns.Name;

    /// <summary>"Age"</summary>
    public static PrintColumn Age => DefaultPrintColumns.Age;

    /// <summary>A column of text that is always shown.</summary>
    public static PrintColumn Text(string name, string description, Func<JsonObject, string?> cell) =>
        new(name, "string", "", description, 0, (o, _) => cell(o));

    /// <summary>A column of text that depends on the time of asking.</summary>
    public static PrintColumn Timed(string name, string description, Func<JsonObject, PrintContext, string?> cell) =>
        new(name, "string", "", description, 0, (o, c) => cell(o, c));

    /// <summary>A column of text that only wide output shows.</summary>
    public static PrintColumn Wide(string name, string description, Func<JsonObject, string?> cell) =>
        new(name, "string", "", description, 1, (o, _) => cell(o));

    /// <summary>A column of whole numbers; what is absent is 0.</summary>
    public static PrintColumn Number(string name, string description, string path) =>
        new(name, "integer", "", description, 0, (o, _) => o.Integer(path) ?? 0);

    /// <summary>A column of whole numbers that upstream declares as text; what is absent is 0.</summary>
    public static PrintColumn NumberAsText(string name, string description, string path) =>
        Number(name, description, path) with { Type = "string" };

    /// <summary>A column of flags, true or false; what is absent is <paramref name="absent"/>.</summary>
    public static PrintColumn Flag(string name, string description, string path, bool absent = false) =>
        new(name, "boolean", "", description, 0, (o, _) => o.FlagOrNull(path) ?? absent);

    /// <summary>A column that shows one field as it is.</summary>
    public static PrintColumn Field(string name, string description, string path, string absent = "") =>
        Text(name, description, o => OrElse(o.Text(path), absent));

    /// <summary>A column that tells how many entries a list or map has.</summary>
    public static PrintColumn CountOf(string name, string description, params string[] paths) =>
        new(name, "integer", "", description, 0, (o, _) => paths.Sum(path => o.Count(path)));

    /// <summary>The wide columns that show what a pod template runs.</summary>
    public static IReadOnlyList<PrintColumn> Template(string podSpec = "spec.template.spec") =>
    [
        Wide("Containers", "Container names", o => Join(Containers(o, podSpec, "name"))),
        Wide("Images", "Container images", o => Join(Containers(o, podSpec, "image"))),
    ];

    /// <summary>The wide column that shows a LabelSelector.</summary>
    public static PrintColumn Selector { get; } =
        Wide("Selector", "Which pods belong to it", o => SelectorText(o.At("spec.selector") as JsonObject));

    /// <summary>A LabelSelector as text; upstream's word for none when it is empty.</summary>
    public static string SelectorText(JsonObject? selector) => selector is null
        ? None
        : OrElse(LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(selector)).ToString(), None);

    /// <summary>A map of labels as text, sorted: "a=b,c=d".</summary>
    public static string Labels(JsonNode? labels) => labels is JsonObject { Count: > 0 } map
        ? Join(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"))
        : None;

    /// <summary>The text, or another when it is empty.</summary>
    public static string OrElse(string? text, string other) => string.IsNullOrEmpty(text) ? other : text;

    /// <summary>"a,b"</summary>
    public static string Join(IEnumerable<string> parts) => string.Join(',', parts);

    /// <summary>The first items, and how many there are beyond them: "a,b,c + 2 more...".</summary>
    public static string FirstOf(IReadOnlyCollection<string> items, int max) => items.Count <= max
        ? Join(items)
        : $"{Join(items.Take(max))} + {items.Count - max} more...";

    /// <summary>"True", "False", or that it is unset.</summary>
    public static string FlagText(bool? flag) => flag switch { true => "True", false => "False", null => Unset };

    private static IEnumerable<string> Containers(JsonObject obj, string podSpec, string field) =>
        obj.At(podSpec + ".containers") is JsonArray containers
            ? containers.OfType<JsonObject>().Select(c => c.Text(field))
            : [];
}
