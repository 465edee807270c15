using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>CSINodes: which storage drivers a node has.</summary>
internal sealed class CsiNodeResource : ResourceStrategy
{
    private const int MaxNodeIdBytes = 192;

    private static readonly FieldPath Drivers = FieldPath.Of("spec", "drivers");

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var names = new HashSet<string>();
        foreach (var (driver, at) in obj.Child("spec").Items("drivers").Indexed(Drivers))
        {
            var name = driver.Text("name");
            DriverRules.ValidateDriverName(name, at.Child("name"), errors);
            ValidateNodeId(driver.Text("nodeID"), at.Child("nodeID"), errors);
            errors.NotNegative(at.Child("allocatable", "count"), driver.Integer("allocatable.count"));
            if (!names.Add(name))
            {
                errors.Duplicate(at.Child("name"), name);
            }

            ValidateTopologyKeys(driver, at.Child("topologyKeys"), errors);
        }
    }

    /// <summary>What a driver once said of itself stays; drivers come and go.</summary>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        var now = obj.Child("spec").Items("drivers").ToList();
        foreach (var before in old.Child("spec").Items("drivers"))
        {
            var driver = now.FirstOrDefault(d => d.Text("name") == before.Text("name"));
            if (driver is not null && !SemanticEquality.Same(WithoutCount(driver), WithoutCount(before)))
            {
                errors.Invalid(FieldPath.Of("CSINodeDriver"), RuleExtensions.Shown(driver), "field is immutable");
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.CountOf("Drivers", "Drivers on the node", "spec.drivers"), Columns.Age];

    private static void ValidateNodeId(string id, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path, id);
        if (id.Length > MaxNodeIdBytes)
        {
            errors.Invalid(path, id, $"must be {MaxNodeIdBytes} characters or less");
        }
    }

    private static void ValidateTopologyKeys(JsonObject driver, FieldPath path, FieldErrorList errors)
    {
        var seen = new HashSet<string>();
        foreach (var key in driver.Texts("topologyKeys"))
        {
            errors.RequiredText(path, key);
            if (!seen.Add(key))
            {
                errors.Duplicate(path, key);
            }

            foreach (var message in NameRules.IsQualifiedName(key))
            {
                errors.Invalid(path, RuleExtensions.Shown(driver["topologyKeys"]), message);
            }
        }
    }

    // How many volumes fit may change while the driver runs (KEP-4876).
    private static JsonObject WithoutCount(JsonObject driver)
    {
        var copy = driver.DeepClone().AsObject();
        copy.Remove("allocatable");
        return copy;
    }
}
