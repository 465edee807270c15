using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Scheduling;

/// <summary>PriorityClasses: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/</summary>
internal sealed class PriorityClassResource : ResourceStrategy
{
    private const long HighestUserPriority = 1_000_000_000;

    private static readonly Dictionary<string, long> SystemClasses = new()
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => obj.Default("preemptionPolicy", "PreemptLowerPriority");

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        const string systemPrefix = "system-";
        var (name, value) = (obj.Text("metadata.name"), obj.Integer("value") ?? 0);
        if (name.StartsWith(systemPrefix, StringComparison.Ordinal))
        {
            if (WrongSystemClass(name, value, obj.Flag("globalDefault")) is { } wrong)
            {
                errors.Forbidden(
                    FieldPath.Of("metadata", "name"),
                    $"priority class names with '{systemPrefix}' prefix are reserved for system use only. error: {wrong}");
            }
        }
        else if (value > HighestUserPriority)
        {
            errors.Forbidden(
                FieldPath.Of("value"), $"maximum allowed value of a user defined priority is {HighestUserPriority}");
        }

        if (obj["preemptionPolicy"] is not null
            && obj.Text("preemptionPolicy") is var policy && policy is not ("Never" or "PreemptLowerPriority"))
        {
            errors.NotOneOf(FieldPath.Of("preemptionPolicy"), policy, "PreemptLowerPriority", "Never");
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if ((obj.Integer("value") ?? 0) != (old.Integer("value") ?? 0))
        {
            errors.Forbidden(FieldPath.Of("value"), "may not be changed in an update.");
        }

        errors.Immutable(FieldPath.Of("preemptionPolicy"), obj["preemptionPolicy"], old["preemptionPolicy"]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Number("Value", "The priority", "value"),
        Columns.Flag("Global-Default", "Whether pods without a class get this one", "globalDefault"),
        Columns.Age,
        Columns.Field("PreemptionPolicy", "Whether its pods may drive out others", "preemptionPolicy"),
    ];

    private static string? WrongSystemClass(string name, long value, bool globalDefault) =>
        !SystemClasses.TryGetValue(name, out var known) ? $"{name} is not a known system priority class"
        : known != value ? $"value of {name} PriorityClass must be {known}"
        : globalDefault ? $"globalDefault of {name} PriorityClass must be false"
        : null;
}
