using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Views;

/// <summary>Metrics of HorizontalPodAutoscalers between v2 and the flatter form that v1 keeps in annotations.</summary>
internal static class AutoscalerMetrics
{
    /// <summary>A v2 MetricSpec in v1's form.</summary>
    public static JsonObject SpecToV1(JsonObject metric) => ToV1(metric, "target", "target");

    /// <summary>A v2 MetricStatus in v1's form.</summary>
    public static JsonObject StatusToV1(JsonObject metric) => ToV1(metric, "current", "current");

    /// <summary>A v1 MetricSpec in v2's form.</summary>
    public static JsonObject SpecToV2(JsonObject metric) => ToV2(metric, "target", "target", typed: true);

    /// <summary>A v1 MetricStatus in v2's form.</summary>
    public static JsonObject StatusToV2(JsonObject metric) => ToV2(metric, "current", "current", typed: false);

    /// <summary>Upstream's annotation holds the internal type, whose fields begin with capitals.</summary>
    public static JsonObject WithCapitals(JsonObject obj) => Recase(obj, char.ToUpperInvariant);

    /// <summary>The reverse of <see cref="WithCapitals"/>.</summary>
    public static JsonObject WithoutCapitals(JsonObject obj) => Recase(obj, char.ToLowerInvariant);

    // Each source ("resource", "pods", …) has its value under "target" or "current", and the metric's name apart.
    private static JsonObject ToV1(JsonObject metric, string valueField, string prefix)
    {
        var result = new JsonObject { ["type"] = metric["type"]?.DeepClone() };
        if (SourceOf(metric) is not var (name, source))
        {
            return result;
        }

        var flat = new JsonObject();
        Copy(source, "describedObject", flat, "target");
        Copy(source, "name", flat, "name");
        Copy(source, "container", flat, "container");
        if (source["metric"] is JsonObject identifier)
        {
            Copy(identifier, "name", flat, "metricName");
            Copy(identifier, "selector", flat, name == "external" ? "metricSelector" : "selector");
        }

        if (source[valueField] is JsonObject value)
        {
            Copy(value, "value", flat, prefix + "Value");
            Copy(value, "averageUtilization", flat, prefix + "AverageUtilization");
            Copy(value, "averageValue", flat, name == "object" ? "averageValue" : prefix + "AverageValue");
        }

        result[name] = flat;
        return result;
    }

    private static JsonObject ToV2(JsonObject metric, string valueField, string prefix, bool typed)
    {
        var result = new JsonObject { ["type"] = metric["type"]?.DeepClone() };
        if (SourceOf(metric) is not var (name, flat))
        {
            return result;
        }

        var source = new JsonObject();
        Copy(flat, "target", source, "describedObject");
        Copy(flat, "name", source, "name");
        Copy(flat, "container", source, "container");
        if (flat["metricName"] is not null)
        {
            var identifier = new JsonObject();
            Copy(flat, "metricName", identifier, "name");
            Copy(flat, name == "external" ? "metricSelector" : "selector", identifier, "selector");
            source["metric"] = identifier;
        }

        var value = new JsonObject();
        Copy(flat, prefix + "Value", value, "value");
        Copy(flat, prefix + "AverageUtilization", value, "averageUtilization");
        Copy(flat, name == "object" ? "averageValue" : prefix + "AverageValue", value, "averageValue");
        if (typed)
        {
            value["type"] = value["averageUtilization"] is not null ? "Utilization"
                : value["averageValue"] is not null ? "AverageValue" : "Value";
        }

        source[valueField] = value;
        result[name] = source;
        return result;
    }

    private static (string Name, JsonObject Source)? SourceOf(JsonObject metric)
    {
        foreach (var (name, value) in metric)
        {
            if (value is JsonObject source)
            {
                return (name, source);
            }
        }

        return null;
    }

    private static void Copy(JsonObject from, string field, JsonObject to, string name)
    {
        if (from[field] is { } value)
        {
            to[name] = value.DeepClone();
        }
    }

    private static JsonObject Recase(JsonObject obj, Func<char, char> first)
    {
        var result = new JsonObject();
        foreach (var (name, value) in obj)
        {
            result[name.Length == 0 ? name : first(name[0]) + name[1..]] = value switch
            {
                JsonObject inner => Recase(inner, first),
                JsonArray list => new JsonArray([.. list.Select(
                    i => i is JsonObject item ? (JsonNode)Recase(item, first) : i?.DeepClone())]),
                _ => value?.DeepClone(),
            };
        }

        return result;
    }
}
