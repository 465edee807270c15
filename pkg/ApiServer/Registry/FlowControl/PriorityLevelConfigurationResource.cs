using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>
/// PriorityLevelConfigurations:
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#prioritylevelconfiguration
/// </summary>
internal sealed class PriorityLevelConfigurationResource : ResourceStrategy
{
    /// <summary>nominalConcurrencyShares of a limited level.</summary>
    public const int Shares = 30;

    /// <summary>How many queues a level has.</summary>
    public const int Queues = 64;

    /// <summary>From how many of them a flow gets one.</summary>
    public const int HandSize = 8;

    /// <summary>How many requests wait in one.</summary>
    public const int QueueLength = 50;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        if (obj.Child("spec").Child("limited") is { } limited)
        {
            limited.Default("nominalConcurrencyShares", Shares);
            limited.Default("lendablePercent", 0);
            if (limited.Child("limitResponse").Child("queuing") is { } queuing)
            {
                queuing.Default("queues", Queues);
                queuing.Default("handSize", HandSize);
                queuing.Default("queueLengthLimit", QueueLength);
            }
        }

        if (obj.Child("spec").Child("exempt") is { } exempt)
        {
            exempt.Default("nominalConcurrencyShares", 0);
            exempt.Default("lendablePercent", 0);
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        PriorityLevelRules.Validate(obj, errors);
        MandatoryFlowObjects.CheckPriorityLevel(obj, errors);
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
        Columns.Field("Type", "Exempt or Limited", "spec.type"),
        Amount("NominalConcurrencyShares", "Its part of the server's seats", "spec.limited.nominalConcurrencyShares"),
        Amount("Queues", "How many queues it has", "spec.limited.limitResponse.queuing.queues"),
        Amount("HandSize", "From how many queues a flow gets one", "spec.limited.limitResponse.queuing.handSize"),
        Amount(
            "QueueLengthLimit", "How many requests may wait in a queue",
            "spec.limited.limitResponse.queuing.queueLengthLimit"),
        Columns.Age,
    ];

    // A number in a column of text; the word for none when there is none.
    private static PrintColumn Amount(string name, string description, string path) =>
        new(name, "string", "", description, 0, (o, _) => o.Integer(path) is { } number ? number : Columns.None);
}
