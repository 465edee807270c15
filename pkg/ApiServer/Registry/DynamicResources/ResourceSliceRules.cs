using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Storage;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>
/// What ResourceSlices must obey; order, paths and words are those of k8s.io/kubernetes/pkg/apis/resource/validation.
/// </summary>
internal static class ResourceSliceRules
{
    private const int MaxDevices = 128;
    private const int MaxElaborateDevices = 64;
    private const int MaxCounterSets = 8;
    private const int MaxCounters = 32;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a slice, against the stored one when there is one.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        DriverRules.ValidateDriverName(spec.Text("driver"), Spec.Child("driver"), errors);
        ValidatePool(spec.Child("pool") ?? [], Spec.Child("pool"), errors);
        if (old is not null)
        {
            foreach (var field in new[] { "pool.name", "driver", "nodeName" })
            {
                errors.Immutable(Spec.Child(field), spec.At(field), old.At("spec." + field));
            }
        }

        ValidatePlace(spec, errors);
        if (spec["sharedCounters"] is not null && spec["devices"] is not null)
        {
            errors.Invalid(Spec, "", "only one of `sharedCounters` or `devices` is allowed");
        }

        var elaborate = spec.Items("devices").Any(d => d.Count("taints") > 0 || d.Count("consumesCounters") > 0);
        var known = old.Child("spec").Items("devices").DistinctBy(d => d.Text("name")).ToDictionary(d => d.Text("name"));
        DeviceLists.Validate(
            spec, "devices", elaborate ? MaxElaborateDevices : MaxDevices, Spec.Child("devices"), errors,
            (device, at) => DeviceRules.Validate(
                device, known.GetValueOrDefault(device.Text("name")), spec.Flag("perDeviceNodeSelection"), at, errors),
            d => d.Text("name"));
        DeviceLists.Validate(
            spec, "sharedCounters", MaxCounterSets, Spec.Child("sharedCounters"), errors,
            (set, at) => ValidateCounters(set, "name", at, errors), s => s.Text("name"));
    }

    /// <summary>Checks a named set of counters, or what a device takes of one.</summary>
    public static void ValidateCounters(JsonObject set, string nameField, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredName(path.Child(nameField), set.Text(nameField), NameRules.IsDns1123Label);
        if (set.Count("counters") == 0)
        {
            errors.Required(path.Child("counters"));
        }
        else
        {
            DeviceLists.ValidateMap(
                set.Child("counters"), MaxCounters, path.Child("counters"), errors,
                (name, at) => DeviceNames.ValidateLabel(name, at, errors));
        }
    }

    /// <summary>Checks nodeName, nodeSelector and allNodes of a slice or a device; which of them are set comes back.</summary>
    public static List<string> ValidateNodes(JsonObject owner, string emptyName, FieldPath path, FieldErrorList errors)
    {
        var set = new List<string>();
        if (owner["nodeName"] is not null)
        {
            if (owner.Text("nodeName") is { Length: > 0 } name)
            {
                set.Add("`nodeName`");
                errors.AddMessages(path.Child("nodeName"), name, NameRules.IsDns1123Subdomain);
            }
            else
            {
                errors.Invalid(path.Child("nodeName"), "", emptyName);
            }
        }

        if (owner.Child("nodeSelector") is { } selector)
        {
            set.Add("`nodeSelector`");
            AffinityRules.ValidateNodeSelector(
                KubeJson.Deserialize<V1NodeSelector>(selector), path.Child("nodeSelector"), errors);
        }

        ValidateTrue(owner, "allNodes", set, path, errors);
        return set;
    }

    private static void ValidateTrue(
        JsonObject owner, string field, List<string> set, FieldPath path, FieldErrorList errors)
    {
        if (owner.Flag(field))
        {
            set.Add($"`{field}`");
        }
        else if (owner[field] is not null)
        {
            errors.Invalid(path.Child(field), false, "must be either unset or set to true");
        }
    }

    private static void ValidatePool(JsonObject pool, FieldPath path, FieldErrorList errors)
    {
        DeviceNames.ValidatePool(pool.Text("name"), path.Child("name"), errors);
        if ((pool.Integer("resourceSliceCount") ?? 0) is <= 0 and var slices)
        {
            errors.Invalid(path.Child("resourceSliceCount"), slices, "must be greater than zero");
        }

        if (pool.Integer("generation") is < 0 and var generation)
        {
            errors.Invalid(path.Child("generation"), generation, "must be greater than or equal to zero");
        }
    }

    private static void ValidatePlace(JsonObject spec, FieldErrorList errors)
    {
        const string one =
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        var set = ValidateNodes(spec, "must be either unset or set to a non-empty string", Spec, errors);

        // One term, so that selectors of different slices can be merged when devices are allocated.
        if (spec.Child("nodeSelector") is { } selector && selector.Count("nodeSelectorTerms") != 1)
        {
            errors.Invalid(
                Spec.Child("nodeSelector", "nodeSelectorTerms"), RuleExtensions.Shown(selector["nodeSelectorTerms"]),
                "must have exactly one node selector term");
        }

        ValidateTrue(spec, "perDeviceNodeSelection", set, Spec, errors);
        if (set.Count == 0)
        {
            errors.Required(Spec, one);
        }
        else if (set.Count > 1)
        {
            errors.Invalid(Spec, $"{{{string.Join(", ", set)}}}", one + ", but multiple fields are set");
        }
    }
}
