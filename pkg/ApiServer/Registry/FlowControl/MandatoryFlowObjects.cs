using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.FlowControl;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>
/// The objects of this group that every server relies on; nobody may change what they say.
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#mandatory-configuration-objects
/// </summary>
internal static class MandatoryFlowObjects
{
    /// <summary>A FlowSchema of such a name must say what it always says.</summary>
    public static void CheckFlowSchema(JsonObject obj, FieldErrorList errors) =>
        CheckFixed(BootstrapFlowObjects.MandatorySchemas, obj, errors);

    /// <summary>The same for a PriorityLevelConfiguration; how much "exempt" lends is free.</summary>
    public static void CheckPriorityLevel(JsonObject obj, FieldErrorList errors)
    {
        if (obj.Text("metadata.name") != "exempt")
        {
            CheckFixed(BootstrapFlowObjects.MandatoryLevels, obj, errors);
        }
    }

    private static void CheckFixed(IReadOnlyList<JsonObject> mandatory, JsonObject obj, FieldErrorList errors)
    {
        var name = obj.Text("metadata.name");
        if (mandatory.FirstOrDefault(m => m.Text("metadata.name") == name) is { } wanted
            && !SemanticEquality.Same(obj["spec"], wanted["spec"]))
        {
            errors.Invalid(
                FieldPath.Of("spec"), RuleExtensions.Shown(obj["spec"]), $"spec of '{name}' must equal the fixed value");
        }
    }
}
