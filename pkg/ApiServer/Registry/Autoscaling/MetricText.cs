using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Autoscaling;

/// <summary>What kubectl get shows of an autoscaler's metrics: "cpu: 12%/80%", "50/100 (avg)".</summary>
internal static class MetricText
{
    private const int MaxShown = 2;

    public static string Of(JsonObject autoscaler)
    {
        var current = autoscaler.Child("status").Items("currentMetrics").ToList();
        var texts = autoscaler.Child("spec").Items("metrics")
            .Select((spec, i) => One(spec, i < current.Count ? current[i] : null)).ToList();
        if (texts.Count == 0)
        {
            return Columns.None;
        }

        var shown = string.Join(", ", texts.Take(MaxShown));
        return texts.Count > MaxShown ? $"{shown} + {texts.Count - MaxShown} more..." : shown;
    }

    private static string One(JsonObject spec, JsonObject? status)
    {
        var type = spec.Text("type");
        if (type.Length == 0)
        {
            return "<unknown type>";
        }

        var field = char.ToLowerInvariant(type[0]) + type[1..];
        var (target, current) = (spec.Child(field).Child("target"), status.Child(field).Child("current"));
        switch (type)
        {
            case "Resource" or "ContainerResource":
                var name = spec.Child(field).Text("name");
                return target.Text("averageValue") is { Length: > 0 } average
                    ? $"{name}: {Columns.OrElse(current.Text("averageValue"), Columns.Unknown)}/{average}"
                    : $"{name}: {Percent(current) ?? Columns.Unknown}/{Percent(target) ?? "<auto>"}";
            case "Pods":
                return $"{Columns.OrElse(current.Text("averageValue"), Columns.Unknown)}/{target.Text("averageValue")}";
            case "External" or "Object":
                return target.Text("averageValue") is { Length: > 0 } mean
                    ? $"{Columns.OrElse(current.Text("averageValue"), Columns.Unknown)}/{mean} (avg)"
                    : $"{Columns.OrElse(current.Text("value"), Columns.Unknown)}/{target.Text("value")}";
            default:
                return "<unknown type>";
        }
    }

    private static string? Percent(JsonObject? value) =>
        value.Integer("averageUtilization") is { } percent ? $"{percent}%" : null;
}
