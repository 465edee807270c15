using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.Views;

/// <summary>
/// autoscaling/v1 HorizontalPodAutoscalers over stored v2 ones. v1 knows the CPU target alone; what else there is
/// travels in upstream's annotations, so that a v1 client that writes back what it read loses nothing
/// (k8s.io/kubernetes/pkg/apis/autoscaling/v1 conversion).
/// </summary>
internal sealed class HorizontalPodAutoscalerView : ObjectView
{
    private const string Prefix = "autoscaling.alpha.kubernetes.io/";
    private const string Metrics = Prefix + "metrics";
    private const string CurrentMetrics = Prefix + "current-metrics";
    private const string Behavior = Prefix + "behavior";
    private const string Conditions = Prefix + "conditions";

    private static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    private static readonly SchemaType Stored =
        SchemaCatalog.BuiltIn.Find(new GroupVersionKind("autoscaling", "v2", "HorizontalPodAutoscaler"))!;

    /// <inheritdoc/>
    public override void ToView(JsonObject obj)
    {
        var carried = new JsonObject();
        if (obj["spec"] is JsonObject spec)
        {
            SpecToView(spec, carried);
        }

        if (obj["status"] is JsonObject status)
        {
            StatusToView(status, carried);
        }

        if (carried.Count == 0)
        {
            return;
        }

        var meta = ObjectMetadata.Of(obj).GetOrCreate();
        if (meta["annotations"] is not JsonObject annotations)
        {
            meta["annotations"] = annotations = [];
        }

        foreach (var (name, value) in carried)
        {
            annotations[name] = value!.ToJsonString();
        }
    }

    /// <inheritdoc/>
    public override void ToStored(JsonObject obj)
    {
        var annotations = obj["metadata"]?["annotations"] as JsonObject;
        if (obj["spec"] is JsonObject spec)
        {
            SpecToStored(spec, Take(annotations, Metrics) as JsonArray, Take(annotations, Behavior) as JsonObject);
        }

        var currentMetrics = Take(annotations, CurrentMetrics) as JsonArray;
        var conditions = Take(annotations, Conditions) as JsonArray;
        if (obj["status"] is JsonObject status)
        {
            StatusToStored(status, currentMetrics, conditions);
        }

        if (annotations is { Count: 0 })
        {
            ObjectMetadata.Of(obj).GetOrCreate().Remove("annotations");
        }
    }

    private static void SpecToView(JsonObject spec, JsonObject carried)
    {
        var others = new JsonArray();
        foreach (var metric in Items(spec, "metrics"))
        {
            if (IsCpu(metric) && metric["resource"]?["target"]?["averageUtilization"] is { } target)
            {
                spec["targetCPUUtilizationPercentage"] = target.DeepClone();
            }
            else
            {
                others.Add((JsonNode)AutoscalerMetrics.SpecToV1(metric));
            }
        }

        Carry(carried, Metrics, others);
        if (spec["behavior"] is JsonObject behavior)
        {
            carried[Behavior] = AutoscalerMetrics.WithCapitals(behavior);
        }

        spec.Remove("metrics");
        spec.Remove("behavior");
    }

    private static void SpecToStored(JsonObject spec, JsonArray? others, JsonObject? behavior)
    {
        var metrics = new JsonArray();
        foreach (var metric in others?.OfType<JsonObject>() ?? [])
        {
            metrics.Add((JsonNode)AutoscalerMetrics.SpecToV2(metric));
        }

        metrics = Fitting("spec", "metrics", metrics) as JsonArray ?? [];
        if (spec["targetCPUUtilizationPercentage"] is { } target)
        {
            spec.Remove("targetCPUUtilizationPercentage");
            metrics.Add((JsonNode)new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = target },
                },
            });
        }

        if (metrics.Count > 0)
        {
            spec["metrics"] = metrics;
        }

        if (behavior is not null)
        {
            spec["behavior"] = Fitting("spec", "behavior", AutoscalerMetrics.WithoutCapitals(behavior));
        }
    }

    private static void StatusToView(JsonObject status, JsonObject carried)
    {
        var all = new JsonArray();
        foreach (var metric in Items(status, "currentMetrics"))
        {
            all.Add((JsonNode)AutoscalerMetrics.StatusToV1(metric));
            if (IsCpu(metric) && metric["resource"]?["current"]?["averageUtilization"] is { } current)
            {
                status["currentCPUUtilizationPercentage"] = current.DeepClone();
            }
        }

        // The raw values are worth keeping even where the percentage says the same.
        Carry(carried, CurrentMetrics, all);
        Carry(carried, Conditions, status["conditions"]?.DeepClone() as JsonArray ?? []);
        status.Remove("currentMetrics");
        status.Remove("conditions");
    }

    private static void StatusToStored(JsonObject status, JsonArray? metrics, JsonArray? conditions)
    {
        var current = new JsonArray();
        foreach (var metric in metrics?.OfType<JsonObject>() ?? [])
        {
            current.Add((JsonNode)AutoscalerMetrics.StatusToV2(metric));
        }

        current = Fitting("status", "currentMetrics", current) as JsonArray ?? [];
        if (status["currentCPUUtilizationPercentage"] is { } percentage)
        {
            status.Remove("currentCPUUtilizationPercentage");
            if (current.Count == 0)
            {
                current.Add((JsonNode)new JsonObject
                {
                    ["type"] = "Resource",
                    ["resource"] = new JsonObject
                    {
                        ["name"] = "cpu",
                        ["current"] = new JsonObject { ["averageUtilization"] = percentage },
                    },
                });
            }
        }

        if (current.Count > 0)
        {
            status["currentMetrics"] = current;
        }

        if (conditions is { Count: > 0 })
        {
            status["conditions"] = Fitting("status", "conditions", conditions);
        }
    }

    private static bool IsCpu(JsonObject metric) =>
        (string?)metric["type"] == "Resource" && (string?)metric["resource"]?["name"] == "cpu";

    private static IEnumerable<JsonObject> Items(JsonObject obj, string field) =>
        (obj[field] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static void Carry(JsonObject carried, string annotation, JsonArray list)
    {
        if (list.Count > 0)
        {
            carried[annotation] = list;
        }
    }

    // Annotations hold whatever a client wrote: what does not fit the stored type is left out, as what is no JSON is.
    private static JsonNode? Fitting(string section, string field, JsonNode value)
    {
        try
        {
            var part = new JsonObject { [section] = new JsonObject { [field] = value } };
            var fitting = ObjectDecoder.Canonicalize(part, Stored).Object[section]?[field];
            return fitting?.DeepClone();
        }
        catch (ObjectDecodeException)
        {
            return null;
        }
    }

    // The annotation's value, and the annotation gone; one that is no JSON is ignored, as upstream does.
    private static JsonNode? Take(JsonObject? annotations, string name)
    {
        if (annotations?[name] is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            return null;
        }

        annotations.Remove(name);
        try
        {
            return JsonNode.Parse(text, null, Once);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
