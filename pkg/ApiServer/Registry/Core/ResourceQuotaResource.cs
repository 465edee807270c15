using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>ResourceQuotas: https://kubernetes.io/docs/concepts/policy/resource-quotas/</summary>
internal sealed class ResourceQuotaResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        ResourceQuotaRules.Validate(Spec(obj), errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        ResourceQuotaRules.Validate(Spec(obj), errors);
        ResourceQuotaRules.ValidateUpdate(Spec(obj), Spec(old), errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (obj.Child("status") is { } status)
        {
            var amounts = KubeJson.Deserialize<V1ResourceQuotaStatus>(status);
            ResourceQuotaRules.ValidateAmounts(amounts.Hard, FieldPath.Of("status", "hard"), errors);
            ResourceQuotaRules.ValidateAmounts(amounts.Used, FieldPath.Of("status", "used"), errors);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Request", "Used and allowed, of what pods request and of object counts", o => Amounts(o, limits: false)),
        Columns.Text("Limit", "Used and allowed, of what pods are limited to", o => Amounts(o, limits: true)),
        Columns.Age,
    ];

    private static V1ResourceQuotaSpec Spec(JsonObject obj) => KubeJson.Deserialize<V1ResourceQuotaSpec>(obj.Child("spec") ?? []);

    private static string Amounts(JsonObject quota, bool limits) => string.Join(", ", (quota.Child("status").Child("hard") ?? [])
        .Where(p => p.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => $"{p.Key}: {(string?)quota.Child("status").Child("used")?[p.Key] ?? "0"}/{p.Value}"));
}
