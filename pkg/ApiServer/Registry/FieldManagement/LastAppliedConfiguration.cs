using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.FieldSets;
using Kube1.Api.Json;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// The annotation of client-side `kubectl apply`: what it says was applied is no conflict when kubectl goes over to
/// server-side apply, and it stays up to date for those who go back.
/// </summary>
internal static class LastAppliedConfiguration
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Manager = "kubectl";

    /// <summary>Upstream's bound on all annotations together.</summary>
    private const int MaxAnnotationsBytes = 256 * 1024;

    /// <summary>
    /// The conflicts that the annotation does not excuse; <paramref name="live"/> is in the form of the request.
    /// </summary>
    public static IReadOnlyList<ApplyConflict> Excuse(
        FieldWrite write, JsonObject live, IReadOnlyList<ApplyConflict> conflicts) =>
        write.Manager == Manager && FieldsOf(write.Forms.Requested, live) is { } excused
            ? [.. conflicts.Where(c => !excused.Contains(c.Path))]
            : conflicts;

    /// <summary>Notes what was applied, where the annotation is in use.</summary>
    public static void Update(FieldWrite write, JsonObject obj, JsonObject configuration)
    {
        var meta = ObjectMetadata.Of(obj);
        if (write.Manager != Manager || meta.Annotations is not { } annotations || ValueOf(obj).Length == 0)
        {
            return;
        }

        var applied = configuration.DeepClone().AsObject();
        if ((applied["metadata"] as JsonObject)?["annotations"] is JsonObject own)
        {
            own.Remove(Annotation);
        }

        annotations[Annotation] = Encoding.UTF8.GetString(CanonicalJson.Serialize(Sorted(applied))) + "\n";
        if (annotations.Sum(p => Encoding.UTF8.GetByteCount(p.Key) + Encoding.UTF8.GetByteCount((string?)p.Value ?? ""))
            > MaxAnnotationsBytes)
        {
            annotations.Remove(Annotation);
        }
    }

    // The fields of the annotation that still have the values that it says; null when it is absent or makes no sense, or
    // when items of the live object cannot be told apart.
    private static FieldSet? FieldsOf(ObjectForm form, JsonObject live)
    {
        if (Parse(ValueOf(live)) is not { } applied || (string?)(applied["apiVersion"] as JsonValue) != form.ApiVersion
            || ConfigurationRules.Check(applied, form.Type) is not null
            || ConfigurationRules.Check(live, form.Type) is not null)
        {
            return null;
        }

        var comparison = ObjectComparison.Of(applied, live, form.Type);
        return FieldSetExtraction.Of(applied, form.Type)
            .Except(comparison.Modified).Except(comparison.Added).Except(comparison.Removed);
    }

    private static string ValueOf(JsonObject obj) =>
        (obj["metadata"] as JsonObject)?["annotations"] is JsonObject annotations
        && annotations[Annotation] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static readonly JsonDocumentOptions Once =
        new() { AllowDuplicateProperties = false, MaxDepth = ObjectDecoder.MaxDepth };

    private static JsonObject? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text, null, Once) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Go's encoder sorts the members of maps.
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
