using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// The condition NonStructuralSchema. Validation lets no such definition in; one that is in the store all the same (of
/// another release) is told to whoever looks.
/// </summary>
internal static class DefinitionStructure
{
    /// <summary>Sets or removes the condition; true when that changes anything.</summary>
    public static bool Apply(JsonObject definition, DateTimeOffset now) => Judge(definition) switch
    {
        null => definition.Condition(DefinitionConditions.NonStructuralSchema) is not null
            && StatusConditions.Remove(definition, DefinitionConditions.NonStructuralSchema),
        var (status, reason, message) => StatusConditions.Set(
            definition, DefinitionConditions.NonStructuralSchema, status, reason, message, now),
    };

    private static (string Status, string Reason, string Message)? Judge(JsonObject definition)
    {
        var spec = definition.Child("spec");
        var errors = new FieldErrorList();
        if (spec.Flag("preserveUnknownFields"))
        {
            errors.Invalid(FieldPath.Of("spec", "preserveUnknownFields"), true, "must be false");
        }

        foreach (var (version, at) in spec.Items("versions").Indexed(FieldPath.Of("spec", "versions")))
        {
            if (version.Child("schema").Child("openAPIV3Schema") is not { } schema)
            {
                continue;
            }

            try
            {
                StructuralRules.Validate(StructuralSchema.Parse(schema), at.Child("schema", "openAPIV3Schema"), errors);
            }
            catch (FormatException e)
            {
                return ("Unknown", "StructuralError",
                    $"failed to check validation schema for version {version.Text("name")}: {e.Message}");
            }
        }

        return errors.Count == 0 ? null : ("True", "Violations", errors.Count == 1
            ? errors[0].ToString()!
            : $"[{string.Join(", ", errors.Select(e => e.ToString()).Distinct())}]");
    }
}
