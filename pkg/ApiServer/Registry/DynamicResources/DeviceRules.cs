using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>One device of a ResourceSlice, with upstream's paths and words.</summary>
internal static partial class DeviceRules
{
    /// <summary>How many attributes and capacities a device may have together.</summary>
    public const int MaxAttributesAndCapacities = 32;

    /// <summary>How long a text or version may be that is an attribute.</summary>
    public const int MaxValueBytes = 64;

    private const int MaxTaints = 16;
    private const int MaxConsumptions = 2;
    private const int MaxConditions = 4;

    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "None"];

    private static readonly string[] ValueFields = ["bool", "int", "string", "version"];

    /// <summary>Checks a device; taints that the stored one has too are not checked again.</summary>
    public static void Validate(JsonObject device, JsonObject? old, bool ownNodes, FieldPath path, FieldErrorList errors)
    {
        DeviceNames.ValidateLabel(device.Text("name"), path.Child("name"), errors);
        if (device.Count("attributes") + device.Count("capacity") is > MaxAttributesAndCapacities and var count)
        {
            errors.Invalid(
                path, count,
                $"the total number of attributes and capacities must not exceed {MaxAttributesAndCapacities}");
        }

        DeviceLists.ValidateMap(
            device.Child("attributes"), int.MaxValue, path.Child("attributes"), errors,
            (name, at) => DeviceNames.ValidateQualified(name, at, errors),
            (attribute, at) => ValidateAttribute(attribute, at, errors));
        var shared = device.Flag("allowMultipleAllocations");
        DeviceLists.ValidateMap(
            device.Child("capacity"), int.MaxValue, path.Child("capacity"), errors,
            (name, at) => DeviceNames.ValidateQualified(name, at, errors),
            (capacity, at) => CapacityRules.Validate(capacity, shared, at, errors));
        if (old is null || !JsonNode.DeepEquals(device["taints"], old["taints"]))
        {
            DeviceLists.Validate(
                device, "taints", MaxTaints, path.Child("taints"), errors, (taint, at) => ValidateTaint(taint, at, errors));
        }

        DeviceLists.Validate(
            device, "consumesCounters", MaxConsumptions, path.Child("consumesCounters"), errors,
            (consumption, at) => ResourceSliceRules.ValidateCounters(consumption, "counterSet", at, errors),
            c => c.Text("counterSet"));
        ValidateNodes(device, ownNodes, path, errors);
        ValidateBinding(device, path, errors);
    }

    /// <summary>Checks what a pod waits for before it is bound, of a device or of one that is allocated.</summary>
    public static void ValidateBinding(JsonObject device, FieldPath path, FieldErrorList errors)
    {
        foreach (var field in new[] { "bindingConditions", "bindingFailureConditions" })
        {
            DeviceLists.ValidateTexts(
                device, field, MaxConditions, path.Child(field), errors,
                (type, at) => errors.AddMessages(at, type, NameRules.IsQualifiedName, evenEmpty: true));
        }

        var conditions = device.Texts("bindingConditions").ToHashSet(StringComparer.Ordinal);
        foreach (var (condition, at) in device.Texts("bindingFailureConditions").Indexed(path.Child("bindingFailureConditions")))
        {
            if (conditions.Contains(condition))
            {
                errors.Invalid(at, condition, "bindingFailureConditions must not overlap with bindingConditions");
            }
        }

        var both = (device.Count("bindingConditions") > 0, device.Count("bindingFailureConditions") > 0);
        if (both == (true, false))
        {
            errors.Invalid(
                path.Child("bindingFailureConditions"), RuleExtensions.Shown(device["bindingFailureConditions"]),
                "bindingFailureConditions are required to use bindingConditions");
        }
        else if (both == (false, true))
        {
            errors.Invalid(
                path.Child("bindingConditions"), RuleExtensions.Shown(device["bindingConditions"]),
                "bindingConditions are required to use bindingFailureConditions");
        }
    }

    private static void ValidateAttribute(JsonObject attribute, FieldPath path, FieldErrorList errors)
    {
        foreach (var field in new[] { "string", "version" })
        {
            var value = attribute.Text(field);
            if (field == "version" && attribute[field] is not null && !SemanticVersion().IsMatch(value))
            {
                errors.Invalid(path.Child(field), value, "must be a string compatible with semver.org spec 2.0.0");
            }

            if (System.Text.Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            {
                errors.TooLong(path.Child(field), MaxValueBytes);
            }
        }

        var values = ValueFields.Count(field => attribute[field] is not null);
        if (values != 1)
        {
            errors.Invalid(
                path, values == 0 ? "" : RuleExtensions.Shown(attribute), "exactly one value must be specified");
        }
    }

    private static void ValidateTaint(JsonObject taint, FieldPath path, FieldErrorList errors)
    {
        errors.AddMessages(path.Child("key"), taint.Text("key"), NameRules.IsQualifiedName, evenEmpty: true);
        errors.AddMessages(path.Child("value"), taint.Text("value"), NameRules.IsLabelValue);
        errors.OneOf(path.Child("effect"), taint.Text("effect"), Effects);
    }

    private static void ValidateNodes(JsonObject device, bool own, FieldPath path, FieldErrorList errors)
    {
        const string one = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
            + "`perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        if (!own)
        {
            if (device["nodeName"] is not null || device["nodeSelector"] is not null || device["allNodes"] is not null)
            {
                errors.Invalid(
                    path, null,
                    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true "
                    + "in the ResourceSlice spec");
            }

            return;
        }

        var set = ResourceSliceRules.ValidateNodes(device, "must not be empty", path, errors);
        if (set.Count == 0)
        {
            errors.Required(path, one);
        }
        else if (set.Count > 1)
        {
            errors.Invalid(path, $"{{{string.Join(", ", set)}}}", one);
        }
    }

    // https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string
    [GeneratedRegex(
        @"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
        + @"(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex SemanticVersion();
}
