using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Autoscaling;

/// <summary>HorizontalPodAutoscalers: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/</summary>
internal sealed class HorizontalPodAutoscalerResource : ResourceStrategy
{
    private const long TargetUtilizationPercent = 80;

    private const long PolicyPeriodSeconds = 15;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("minReplicas", 1);
        if (spec.Count("metrics") == 0)
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject
                    {
                        ["type"] = "Utilization",
                        ["averageUtilization"] = TargetUtilizationPercent,
                    },
                },
            });
        }

        if (spec.Child("behavior") is { } behavior)
        {
            var up = behavior.Ensure("scaleUp");
            up.Default("stabilizationWindowSeconds", 0);
            DefaultRules(up, ("Pods", 4), ("Percent", 100));
            DefaultRules(behavior.Ensure("scaleDown"), ("Percent", 100));
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        AutoscalerRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        AutoscalerRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        errors.NotNegative(FieldPath.Of("status"), obj.Child("status"), "currentReplicas", "desiredReplicas");

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text(
            "Reference", "The workload that it scales",
            o => $"{o.Text("spec.scaleTargetRef.kind")}/{o.Text("spec.scaleTargetRef.name")}"),
        Columns.Text("Targets", "Measured and wanted values", MetricText.Of),
        Columns.Text("MinPods", "Fewest pods", o => o.At("spec.minReplicas")?.ToString() ?? Columns.Unset),
        Columns.NumberAsText("MaxPods", "Most pods", "spec.maxReplicas"),
        Columns.NumberAsText("Replicas", "Pods there are", "status.currentReplicas"),
        Columns.Age,
    ];

    private static void DefaultRules(JsonObject rules, params ReadOnlySpan<(string Type, long Value)> policies)
    {
        rules.Default("selectPolicy", "Max");
        if (rules.Count("policies") > 0)
        {
            return;
        }

        var list = new JsonArray();
        foreach (var (type, value) in policies)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["type"] = type,
                ["value"] = value,
                ["periodSeconds"] = PolicyPeriodSeconds,
            });
        }

        rules["policies"] = list;
    }
}
