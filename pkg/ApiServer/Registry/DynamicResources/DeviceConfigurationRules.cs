using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Storage;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>What classes, claims and allocations share: selectors and configuration.</summary>
internal static class DeviceConfigurationRules
{
    /// <summary>How many selectors a request or a class may have.</summary>
    public const int MaxSelectors = 32;

    /// <summary>How many configurations a claim or a class may have.</summary>
    public const int MaxConfigs = 32;

    private const int MaxParametersBytes = 10 * 1024;

    /// <summary>Checks the list of selectors of a request or a class.</summary>
    public static void ValidateSelectors(JsonObject owner, FieldPath path, FieldErrorList errors) => DeviceLists.Validate(
        owner, "selectors", MaxSelectors, path, errors, (selector, at) =>
        {
            if (selector.Child("cel") is not { } cel)
            {
                errors.Required(at.Child("cel"));
            }
            else
            {
                DeviceSelector.Validate(cel.Text("expression"), at.Child("cel", "expression"), errors);
            }
        });

    /// <summary>Checks one configuration: parameters for one driver.</summary>
    public static void Validate(JsonObject config, FieldPath path, FieldErrorList errors)
    {
        if (config.Child("opaque") is not { } opaque)
        {
            errors.Required(path.Child("opaque"));
            return;
        }

        DriverRules.ValidateDriverName(opaque.Text("driver"), path.Child("opaque", "driver"), errors);
        ValidateObject(opaque["parameters"], MaxParametersBytes, path.Child("opaque", "parameters"), errors);
    }

    /// <summary>Any JSON object, but not too large a one.</summary>
    public static void ValidateObject(JsonNode? value, int maxBytes, FieldPath path, FieldErrorList errors)
    {
        if (value is null)
        {
            errors.Required(path);
        }
        else if (Encoding.UTF8.GetByteCount(value.ToJsonString()) > maxBytes)
        {
            errors.TooLong(path, maxBytes);
        }
        else if (value is not JsonObject)
        {
            errors.Invalid(path, "<value omitted>", "must be a valid JSON object");
        }
    }
}
