using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Events: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/</summary>
internal sealed class EventResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override string DefaultPropagationPolicy => DeletionFinalizers.Unsupported;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        if (IsStrict(context))
        {
            EventRules.ValidateCreate(obj, errors);
        }
        else
        {
            EventRules.ValidateLegacy(obj, errors);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (IsStrict(context))
        {
            EventRules.ValidateUpdate(obj, old, errors);
        }
        else
        {
            EventRules.ValidateLegacy(obj, errors);
        }
    }

    /// <inheritdoc/>
    public override bool IsRenewal(JsonObject obj, JsonObject old) =>
        SameButOwnersTimes.AreEqual(obj, old, "count", "lastTimestamp", "series");

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
    [
        Involved("kind"), Involved("namespace"), Involved("name"), Involved("uid"), Involved("apiVersion"),
        Involved("resourceVersion"), Involved("fieldPath"),
        new("reason", static o => o.Text("reason")),
        new("reportingComponent", static o => o.Text("reportingComponent")),
        new("source", static o => Columns.OrElse(o.Text("source.component"), o.Text("reportingComponent"))),
        new("type", static o => o.Text("type")),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Timed("Last Seen", "Time since it last happened", LastSeen),
        Columns.Field("Type", "Normal or Warning", "type"),
        Columns.Field("Reason", "Why it happened, in a word", "reason"),
        Columns.Text("Object", "What it is about", About),
        Columns.Wide("Subobject", "Which part of that", o => o.Text("involvedObject.fieldPath")),
        Columns.Wide("Source", "Who reports it", Source),
        Columns.Text("Message", "What happened", o => o.Text("message").Trim()),
        Columns.Timed("First Seen", "Time since it first happened", FirstSeen) with { Priority = 1 },
        new("Count", "string", "", "How often it has happened", 1, (o, _) => Times(o)),
        Columns.Wide("Name", "The event's own name", o => o.Text("metadata.name")) with { Format = "name" },
    ];

    private static bool IsStrict(StrategyContext context) => context.Resource.Resource.Group == "events.k8s.io";

    private static SelectableField Involved(string field) =>
        new("involvedObject." + field, o => o.Text("involvedObject." + field));

    private static string FirstSeen(JsonObject obj, PrintContext context) => DefaultPrintColumns.AgeOf(
        Columns.OrElse(obj.Text("firstTimestamp"), obj.Text("eventTime")), context.Now);

    private static string LastSeen(JsonObject obj, PrintContext context) =>
        obj.Child("series") is { } series ? DefaultPrintColumns.AgeOf(series.Text("lastObservedTime"), context.Now)
        : obj.Text("lastTimestamp") is { Length: > 0 } last ? DefaultPrintColumns.AgeOf(last, context.Now)
        : FirstSeen(obj, context);

    private static long Times(JsonObject obj)
    {
        var count = obj.Integer(obj.Child("series") is null ? "count" : "series.count") ?? 0;
        return count == 0 && obj.Child("series") is null ? 1 : count;
    }

    private static string About(JsonObject obj)
    {
        var kind = obj.Text("involvedObject.kind").ToLowerInvariant();
        return obj.Text("involvedObject.name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string Source(JsonObject obj)
    {
        var component = Columns.OrElse(obj.Text("source.component"), obj.Text("reportingComponent"));
        var instance = Columns.OrElse(obj.Text("source.host"), obj.Text("reportingInstance"));
        return instance.Length == 0 ? component : $"{component}, {instance}";
    }
}
