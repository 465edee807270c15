using System.Text.Json.Nodes;
using Kube1.Api;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>One of a webhook's matchConditions: a CEL expression that says whether the webhook is called (KEP-3716).</summary>
internal sealed record MatchCondition(string Name, string Expression);

/// <summary>What match conditions may look at.</summary>
/// <param name="Request">The write.</param>
/// <param name="Kind">The kind in the version that the webhook's rule matched.</param>
/// <param name="Resource">The resource in that version.</param>
/// <param name="Object">The object in that version; null on delete.</param>
/// <param name="OldObject">The stored object in that version; null on create.</param>
internal sealed record MatchConditionInput(
    AdmissionRequest Request, GroupVersionKind Kind, GroupVersionResource Resource, JsonObject? Object, JsonObject? OldObject);

/// <summary>
/// What came of all conditions together: false when one of them is; else an error when one could not be evaluated.
/// </summary>
internal readonly record struct MatchConditionOutcome(bool Matches, string? Error = null);

/// <summary>Makes match conditions ready, once a revision of a configuration.</summary>
internal interface IMatchConditionEvaluator
{
    /// <summary>Compiles conditions. What is wrong with them is told when they are evaluated.</summary>
    ICompiledMatchConditions Compile(IReadOnlyList<MatchCondition> conditions);
}

/// <summary>Match conditions ready for use.</summary>
internal interface ICompiledMatchConditions
{
    /// <summary>Evaluates all conditions.</summary>
    MatchConditionOutcome Evaluate(MatchConditionInput input);
}
