using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Policy;

/// <summary>PodDisruptionBudgets: https://kubernetes.io/docs/tasks/run-application/configure-pdb/</summary>
internal sealed class PodDisruptionBudgetResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) => obj["status"] = new JsonObject
    {
        ["disruptionsAllowed"] = 0,
        ["currentHealthy"] = 0,
        ["desiredHealthy"] = 0,
        ["expectedPods"] = 0,
    };

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var spec = FieldPath.Of("spec");
        if (obj.At("spec.minAvailable") is not null && obj.At("spec.maxUnavailable") is not null)
        {
            errors.Invalid(
                spec, RuleExtensions.Shown(obj["spec"]), "minAvailable and maxUnavailable cannot be both set");
        }

        foreach (var field in new[] { "minAvailable", "maxUnavailable" })
        {
            RollingUpdateRules.ValidateAmount(obj.At("spec." + field), spec.Child(field), errors);
            RollingUpdateRules.NotMoreThanAll(obj.At("spec." + field), spec.Child(field), errors);
        }

        errors.Selector(spec.Child("selector"), obj.Child("spec").Child("selector"));
        if ((string?)obj.At("spec.unhealthyPodEvictionPolicy") is { } policy
            && policy is not ("IfHealthyBudget" or "AlwaysAllow"))
        {
            errors.NotSupported(
                spec.Child("unhealthyPodEvictionPolicy"), policy, ["AlwaysAllow", "IfHealthyBudget"]);
        }
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var path = FieldPath.Of("status");
        ConditionRules.Validate(obj.Child("status").Items("conditions"), path.Child("conditions"), errors);
        errors.NotNegative(
            path, obj.Child("status"), "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Min Available", "Pods that must stay available", o => o.At("spec.minAvailable")?.ToString() ?? "N/A"),
        Columns.Text("Max Unavailable", "Pods that may be unavailable", o => o.At("spec.maxUnavailable")?.ToString() ?? "N/A"),
        Columns.Number("Allowed Disruptions", "Pods that may be evicted now", "status.disruptionsAllowed"),
        Columns.Age,
    ];
}
