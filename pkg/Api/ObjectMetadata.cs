using System.Globalization;
using System.Text.Json.Nodes;

namespace Kube1.Api;

/// <summary>
/// The metadata of an object that is held as JSON: reads and writes go straight to the JSON. Setting a text to null or
/// the empty text removes it. Reading never creates metadata, writing does.
/// </summary>
public readonly struct ObjectMetadata
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly JsonObject _owner;

    private ObjectMetadata(JsonObject owner) => _owner = owner;

    /// <summary>metadata.name</summary>
    public string Name { get => Text("name"); set => SetText("name", value); }

    /// <summary>metadata.generateName</summary>
    public string GenerateName { get => Text("generateName"); set => SetText("generateName", value); }

    /// <summary>metadata.namespace</summary>
    public string Namespace { get => Text("namespace"); set => SetText("namespace", value); }

    /// <summary>metadata.uid</summary>
    public string Uid { get => Text("uid"); set => SetText("uid", value); }

    /// <summary>metadata.resourceVersion</summary>
    public string ResourceVersion { get => Text("resourceVersion"); set => SetText("resourceVersion", value); }

    /// <summary>metadata.generation; 0 when absent, and 0 removes it.</summary>
    public long Generation
    {
        get => Json?["generation"] is JsonValue value ? ToLong(value) : 0;
        set => Set("generation", value == 0 ? null : JsonValue.Create(value));
    }

    /// <summary>metadata.creationTimestamp</summary>
    public DateTimeOffset? CreationTimestamp { get => Time("creationTimestamp"); set => SetTime("creationTimestamp", value); }

    /// <summary>metadata.deletionTimestamp</summary>
    public DateTimeOffset? DeletionTimestamp { get => Time("deletionTimestamp"); set => SetTime("deletionTimestamp", value); }

    /// <summary>metadata.deletionGracePeriodSeconds</summary>
    public long? DeletionGracePeriodSeconds
    {
        get => Json?["deletionGracePeriodSeconds"] is JsonValue value ? ToLong(value) : null;
        set => Set("deletionGracePeriodSeconds", value is { } seconds ? JsonValue.Create(seconds) : null);
    }

    /// <summary>The labels as they stand; null when there are none.</summary>
    public JsonObject? Labels => Json?["labels"] as JsonObject;

    /// <summary>The annotations as they stand; null when there are none.</summary>
    public JsonObject? Annotations => Json?["annotations"] as JsonObject;

    /// <summary>The owner references as they stand; null when there are none.</summary>
    public JsonArray? OwnerReferences => Json?["ownerReferences"] as JsonArray;

    /// <summary>metadata.finalizers, as a copy; setting an empty list removes them.</summary>
    public IReadOnlyList<string> Finalizers
    {
        get => Json?["finalizers"] is JsonArray list ? [.. list.Select(f => f?.GetValue<string>() ?? "")] : [];
        set => Set("finalizers", value.Count == 0 ? null : new JsonArray([.. value.Select(f => (JsonNode)JsonValue.Create(f))]));
    }

    /// <summary>The metadata object; null when there is none.</summary>
    public JsonObject? Json => _owner["metadata"] as JsonObject;

    /// <summary>A view of this object's metadata.</summary>
    public static ObjectMetadata Of(JsonObject obj) => new(obj);

    /// <summary>The metadata object, made when it is missing.</summary>
    public JsonObject GetOrCreate()
    {
        if (Json is { } existing)
        {
            return existing;
        }

        var made = new JsonObject();
        _owner["metadata"] = made;
        return made;
    }

    /// <summary>A label; null when it is absent.</summary>
    public string? Label(string key) => Labels?[key] is JsonValue value ? value.GetValue<string>() : null;

    /// <summary>An annotation; null when it is absent.</summary>
    public string? Annotation(string key) => Annotations?[key] is JsonValue value ? value.GetValue<string>() : null;

    /// <summary>Sets a label, or removes it (null).</summary>
    public void SetLabel(string key, string? value) => SetEntry("labels", key, value);

    /// <summary>Sets an annotation, or removes it (null).</summary>
    public void SetAnnotation(string key, string? value) => SetEntry("annotations", key, value);

    /// <summary>The labels as a dictionary of their own; null when there are none.</summary>
    public Dictionary<string, string>? LabelsToDictionary() => ToDictionary(Labels);

    /// <summary>The annotations as a dictionary of their own; null when there are none.</summary>
    public Dictionary<string, string>? AnnotationsToDictionary() => ToDictionary(Annotations);

    /// <summary>A member of metadata; null removes it.</summary>
    public void Set(string name, JsonNode? value)
    {
        if (value is null)
        {
            Json?.Remove(name);
        }
        else
        {
            GetOrCreate()[name] = value;
        }
    }

    private static Dictionary<string, string>? ToDictionary(JsonObject? map)
    {
        if (map is null || map.Count == 0)
        {
            return null;
        }

        var result = new Dictionary<string, string>(map.Count, StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            result[key] = value?.GetValue<string>() ?? "";
        }

        return result;
    }

    private static long ToLong(JsonValue value) =>
        value.TryGetValue<long>(out var large) ? large : value.TryGetValue<int>(out var small) ? small : 0;

    private string Text(string name) =>
        Json?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private void SetText(string name, string? value) =>
        Set(name, string.IsNullOrEmpty(value) ? null : JsonValue.Create(value));

    private DateTimeOffset? Time(string name) => DateTimeOffset.TryParse(
        Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
        ? time
        : null;

    private void SetTime(string name, DateTimeOffset? value) => Set(
        name, value is { } time ? JsonValue.Create(time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)) : null);

    private void SetEntry(string map, string key, string? value)
    {
        if (value is not null)
        {
            var metadata = GetOrCreate();
            if (metadata[map] is not JsonObject entries)
            {
                entries = [];
                metadata[map] = entries;
            }

            entries[key] = value;
        }
        else if (Json?[map] is JsonObject entries && entries.Remove(key) && entries.Count == 0)
        {
            Json!.Remove(map);
        }
    }
}
