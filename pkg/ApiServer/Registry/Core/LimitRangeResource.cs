using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>LimitRanges: https://kubernetes.io/docs/concepts/policy/limit-range/</summary>
internal sealed class LimitRangeResource : ResourceStrategy
{
    /// <summary>For containers: the maximum is the default limit, that is the default request, and so is the minimum.</summary>
    public override void Default(JsonObject obj)
    {
        foreach (var item in obj.Child("spec").Items("limits").Where(i => i.Text("type") == "Container"))
        {
            FillGaps(item, "default", item.Child("max"));
            FillGaps(item, "defaultRequest", item.Child("default"));
            FillGaps(item, "defaultRequest", item.Child("min"));
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        if (obj.Child("spec") is { } spec)
        {
            LimitRangeRules.Validate(KubeJson.Deserialize<V1LimitRangeSpec>(spec), errors);
        }
    }

    private static void FillGaps(JsonObject item, string field, JsonObject? source)
    {
        foreach (var (name, amount) in source ?? [])
        {
            var target = item.Ensure(field);
            if (target[name] is null && amount is not null)
            {
                target[name] = amount.DeepClone();
            }
        }
    }
}
