using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Registry.Coordination;

/// <summary>Leases: https://kubernetes.io/docs/concepts/architecture/leases/</summary>
internal sealed class LeaseResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var spec = FieldPath.Of("spec");
        if (obj.Integer("spec.leaseDurationSeconds") is <= 0 and var duration)
        {
            errors.Invalid(spec.Child("leaseDurationSeconds"), duration, "must be greater than 0");
        }

        errors.NotNegative(spec.Child("leaseTransitions"), obj.Integer("spec.leaseTransitions"));
        if (obj.At("spec.strategy") is not null)
        {
            ValidateStrategy(obj.Text("spec.strategy"), spec.Child("strategy"), errors);
        }

        if (obj.Text("spec.preferredHolder").Length > 0 && obj.Text("spec.strategy").Length == 0)
        {
            errors.Forbidden(spec.Child("preferredHolder"), "may only be specified if `strategy` is defined");
        }
    }

    /// <inheritdoc/>
    public override bool IsRenewal(JsonObject obj, JsonObject old) =>
        SameButOwnersTimes.AreEqual(obj, old, "spec") && obj["spec"] is JsonObject spec && old["spec"] is JsonObject before
        && spec.EqualsBut(before, "renewTime");

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.Field("Holder", "Who holds it", "spec.holderIdentity"), Columns.Age];

    // Strategies of others carry their domain (KEP-4355).
    private static void ValidateStrategy(string strategy, FieldPath path, FieldErrorList errors)
    {
        if (!strategy.Contains('/', StringComparison.Ordinal))
        {
            if (strategy is not "OldestEmulationVersion")
            {
                errors.NotOneOf(path, strategy, "OldestEmulationVersion");
            }

            return;
        }

        errors.AddMessages(path, strategy, NameRules.IsQualifiedName);
    }
}
