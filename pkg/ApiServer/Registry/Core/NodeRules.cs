using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What Nodes must obey, with upstream's paths and words.</summary>
internal static class NodeRules
{
    private const int MaxPodCidrs = 2;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath Status = FieldPath.Of("status");

    // Upstream says metadata, from when taints were an annotation.
    private static readonly FieldPath Taints = FieldPath.Of("metadata", "taints");

    /// <summary>Checks a new node.</summary>
    public static void Validate(JsonObject node, FieldErrorList errors)
    {
        ValidateAnnotations(node, errors);
        TolerationRules.ValidateTaints(TaintsOf(node), Taints, errors);
        ValidateResources(node, errors);
        if (node.At("spec.podCIDRs") is not JsonArray { Count: > 0 } list)
        {
            return;
        }

        var path = Spec.Child("podCIDRs");
        var ranges = node.Texts("spec.podCIDRs").ToList();
        foreach (var (range, at) in ranges.Indexed(path))
        {
            AddressRules.ValidateCidr(range, at, errors);
        }

        if (ranges.Count > MaxPodCidrs || (ranges.Count == MaxPodCidrs && IsIPv6(ranges[0]) == IsIPv6(ranges[1])))
        {
            errors.Invalid(path, VerbatimValue.Of(list), "may specify no more than one CIDR for each IP family");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (range, at) in ranges.Indexed(path))
        {
            if (!known.Add(range))
            {
                errors.Duplicate(at, range);
            }
        }
    }

    /// <summary>What a node got once it keeps: its pods have addresses of its range.</summary>
    public static void ValidateUpdate(JsonObject node, JsonObject old, FieldErrorList errors)
    {
        ValidateAnnotations(node, errors);
        ValidateResources(node, errors);
        ValidateAddresses(node, errors);
        ValidatePodCidrs(node, old, errors);
        if (old.Text("spec.providerID").Length > 0 && node.Text("spec.providerID") != old.Text("spec.providerID"))
        {
            errors.Forbidden(Spec.Child("providerID"), "node updates may not change providerID except from \"\" to valid");
        }

        if (node.Child("spec").Child("configSource") is { } source)
        {
            ValidateConfigSource(source.Child("configMap"), Spec.Child("configSource"), errors);
        }

        if (node.Child("status").Child("config") is { } config)
        {
            foreach (var field in new[] { "assigned", "active", "lastKnownGood" })
            {
                if (config.Child(field) is { } used)
                {
                    ValidateConfigSource(used.Child("configMap"), Status.Child("config", field), errors, isStatus: true);
                }
            }
        }

        TolerationRules.ValidateTaints(TaintsOf(node), Taints, errors);
        if (node.Text("spec.externalID") != old.Text("spec.externalID"))
        {
            errors.Forbidden(Spec.Child("externalID"), "may not be updated");
        }
    }

    /// <summary>What to say of a node.</summary>
    public static IEnumerable<string> Warnings(JsonObject node)
    {
        if (node.Child("spec").Child("configSource") is not null)
        {
            yield return "spec.configSource: the feature is removed";
        }

        if (node.Text("spec.externalID").Length > 0)
        {
            yield return "spec.externalID: this field is deprecated, and is unused by Kubernetes";
        }

        var i = 0;
        foreach (var range in node.Texts("spec.podCIDRs"))
        {
            if (AddressRules.WarningForCidr(range, Spec.Child("podCIDRs").Index(i++)) is { } warning)
            {
                yield return warning;
            }
        }

        i = 0;
        foreach (var address in node.Child("status").Items("addresses"))
        {
            var at = Status.Child("addresses").Index(i++).Child("address");
            if (address.Text("type") is "InternalIP" or "ExternalIP"
                && AddressRules.WarningForIP(address.Text("address"), at) is { } warning)
            {
                yield return warning;
            }
        }
    }

    private static void ValidateAnnotations(JsonObject node, FieldErrorList errors) => TaintAnnotationRules.ValidateNode(
        node.Child("metadata").Child("annotations"), FieldPath.Of("metadata", "annotations"), errors);

    private static List<V1Taint> TaintsOf(JsonObject node) =>
        [.. node.Child("spec").Items("taints").Select(taint => KubeJson.Deserialize<V1Taint>(taint))];

    private static void ValidateResources(JsonObject node, FieldErrorList errors)
    {
        foreach (var field in new[] { "capacity", "allocatable" })
        {
            foreach (var (name, amount) in node.Child("status").Child(field) ?? [])
            {
                // Upstream's path takes the resource for a field.
                if (ResourceQuantity.TryParse((string?)amount, out var quantity))
                {
                    ResourceNames.ValidateAmount(name, quantity, Status.Child(field, name), errors);
                }
            }
        }
    }

    private static void ValidateAddresses(JsonObject node, FieldErrorList errors)
    {
        var known = new HashSet<(string, string)>();
        var i = 0;
        foreach (var address in node.Child("status").Items("addresses"))
        {
            var (type, value) = (address.Text("type"), address.Text("address"));
            if (!known.Add((type, value)))
            {
                errors.Duplicate(
                    Status.Child("addresses").Index(i), VerbatimValue.Struct(("Type", type), ("Address", value)));
            }

            i++;
        }
    }

    private static void ValidatePodCidrs(JsonObject node, JsonObject old, FieldErrorList errors)
    {
        const string detail = "node updates may not change podCIDR except from \"\" to valid";
        var before = old.Texts("spec.podCIDRs").ToList();
        if (before.Count == 0)
        {
            return;
        }

        var path = Spec.Child("podCIDRs");
        var now = node.Texts("spec.podCIDRs").ToList();
        if (now.Count != before.Count)
        {
            errors.Forbidden(path, detail);
            return;
        }

        for (var i = 0; i < now.Count; i++)
        {
            if (now[i] != before[i])
            {
                errors.Forbidden(path.Index(i), detail);
            }
        }
    }

    private static void ValidateConfigSource(JsonObject? map, FieldPath path, FieldErrorList errors, bool isStatus = false)
    {
        if (map is null)
        {
            errors.Invalid(path, VerbatimValue.Struct(("ConfigMap", null)), "exactly one reference subfield must be non-nil");
            return;
        }

        var at = path.Child("configMap");
        foreach (var (field, isDemanded) in new[] { ("uid", isStatus), ("resourceVersion", isStatus) })
        {
            if (isDemanded)
            {
                errors.RequiredText(at.Child(field), map.Text(field), $"{field} must be set in status");
            }
            else if (map.Text(field).Length > 0)
            {
                errors.Forbidden(at.Child(field), $"{field} must not be set in spec");
            }
        }

        ValidateConfigMap(map, at, errors);
    }

    private static void ValidateConfigMap(JsonObject map, FieldPath path, FieldErrorList errors)
    {
        var key = map.Text("kubeletConfigKey");
        errors.RequiredText(path.Child("namespace"), map.Text("namespace"), "namespace must be set");
        errors.RequiredText(path.Child("name"), map.Text("name"), "name must be set");
        errors.RequiredText(path.Child("kubeletConfigKey"), key, "kubeletConfigKey must be set");
        errors.AddMessages(path.Child("namespace"), map.Text("namespace"), NameRules.IsDns1123Label);
        errors.AddMessages(path.Child("name"), map.Text("name"), NameRules.IsDns1123Subdomain);
        errors.AddMessages(path.Child("kubeletConfigKey"), key, NameRules.IsConfigMapKey);
    }

    private static bool IsIPv6(string range) => range.Contains(':', StringComparison.Ordinal);
}
