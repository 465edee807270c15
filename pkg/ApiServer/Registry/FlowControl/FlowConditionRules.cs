using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>The conditions in the status of this group's kinds: each type once, none without a type.</summary>
internal static class FlowConditionRules
{
    /// <summary>Checks status.conditions.</summary>
    public static void Validate(JsonObject obj, FieldErrorList errors)
    {
        var types = new HashSet<string>();
        foreach (var (condition, at) in obj.Child("status").Items("conditions").Indexed(FieldPath.Of("status", "conditions")))
        {
            if (!types.Add(condition.Text("type")))
            {
                errors.Duplicate(at.Child("type"), condition.Text("type"));
            }

            errors.RequiredText(at.Child("type"), condition.Text("type"), "must not be empty");
        }
    }
}
