using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>FlowSchemas: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema</summary>
internal sealed class FlowSchemaResource : ResourceStrategy
{
    private const long MatchingPrecedence = 1000;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => obj.Ensure("spec").Default("matchingPrecedence", MatchingPrecedence);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        FlowSchemaRules.Validate(obj, errors);
        MandatoryFlowObjects.CheckFlowSchema(obj, errors);
        FlowConditionRules.Validate(obj, errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        FlowConditionRules.Validate(obj, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("PriorityLevel", "Whose share its requests use", "spec.priorityLevelConfiguration.name"),
        Columns.NumberAsText("MatchingPrecedence", "The lowest that matches decides", "spec.matchingPrecedence"),
        Columns.Field(
            "DistinguisherMethod", "What tells its flows apart", "spec.distinguisherMethod.type", Columns.None),
        Columns.Age,
        Columns.Text("MissingPL", "Whether its priority level is missing", o => o.Condition("Dangling") ?? "?"),
    ];
}
