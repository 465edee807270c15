using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Storage;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>
/// What a claim's status may become: allocated once, reserved only while allocated. Order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/resource/validation.
/// </summary>
internal static class ClaimStatusRules
{
    private const int MaxReservations = 256;
    private const int MaxResults = 32;
    private const int MaxConditions = 8;
    private const int MaxDataBytes = 10 * 1024;
    private const int MaxInterfaceNameBytes = 256;
    private const int MaxHardwareAddressBytes = 128;
    private const int MaxAddresses = 16;

    private static readonly FieldPath Status = FieldPath.Of("status");

    /// <summary>Checks a changed status against the stored one.</summary>
    public static void Validate(JsonObject claim, JsonObject old, FieldErrorList errors)
    {
        var (status, before) = (claim.Child("status") ?? [], old.Child("status") ?? []);
        var reserved = Status.Child("reservedFor");
        DeviceLists.Validate(
            status, "reservedFor", MaxReservations, reserved, errors, (user, at) =>
            {
                foreach (var field in new[] { "resource", "name", "uid" })
                {
                    errors.RequiredText(at.Child(field), user.Text(field));
                }
            },
            u => u.Text("uid"));
        var allocation = status.Child("allocation");
        ValidateDevices(status, allocation, errors);
        if (status.Count("reservedFor") > 0)
        {
            ValidateReservations(claim, status, before, reserved, errors);
        }

        if (allocation is not null && before.Child("allocation") is { } known)
        {
            errors.Immutable(Status.Child("allocation"), allocation, known);
        }
        else if (allocation is not null)
        {
            var names = DeviceRequestRules.Names(claim.Child("spec").Child("devices"));
            ValidateAllocation(allocation, names, Status.Child("allocation"), errors);
        }
    }

    private static void ValidateReservations(
        JsonObject claim, JsonObject status, JsonObject before, FieldPath path, FieldErrorList errors)
    {
        if (status.Child("allocation") is null)
        {
            errors.Forbidden(path, "may not be specified when `allocated` is not set");
        }
        else if (claim.At("metadata.deletionTimestamp") is not null
            && status.Items("reservedFor").Any(u => !before.Items("reservedFor").Any(k => JsonNode.DeepEquals(u, k))))
        {
            errors.Forbidden(
                path, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        }
    }

    private static void ValidateAllocation(
        JsonObject allocation, HashSet<string> names, FieldPath path, FieldErrorList errors)
    {
        var devices = allocation.Child("devices");
        var at = path.Child("devices");
        DeviceLists.Validate(devices, "results", MaxResults, at.Child("results"), errors, (result, resultAt) =>
        {
            DeviceRequestRules.ValidateReference(result.Text("request"), names, resultAt.Child("request"), errors);
            ValidateDevice(result, resultAt, errors);
            DeviceRules.ValidateBinding(result, resultAt, errors);
            ValidateShare(result, resultAt, errors);
        });
        DeviceLists.Validate(
            devices, "config", 2 * DeviceConfigurationRules.MaxConfigs, at.Child("config"), errors, (config, configAt) =>
            {
                var source = config.Text("source");
                if (source.Length == 0)
                {
                    errors.Required(configAt.Child("source"));
                }
                else if (source is not ("FromClaim" or "FromClass"))
                {
                    errors.NotOneOf(configAt.Child("source"), source, "FromClaim", "FromClass");
                }

                DeviceRequestRules.ValidateReferences(config, names, configAt.Child("requests"), errors);
                DeviceConfigurationRules.Validate(config, configAt, errors);
            });
        if (allocation.Child("nodeSelector") is { } selector)
        {
            AffinityRules.ValidateNodeSelector(
                KubeJson.Deserialize<V1NodeSelector>(selector), path.Child("nodeSelector"), errors);
        }
    }

    private static void ValidateDevice(JsonObject device, FieldPath path, FieldErrorList errors)
    {
        DriverRules.ValidateDriverName(device.Text("driver"), path.Child("driver"), errors);
        DeviceNames.ValidatePool(device.Text("pool"), path.Child("pool"), errors);
        DeviceNames.ValidateLabel(device.Text("device"), path.Child("device"), errors);
    }

    private static void ValidateShare(JsonObject device, FieldPath path, FieldErrorList errors)
    {
        if (device["shareID"] is not null)
        {
            DeviceNames.ValidateUuid(device.Text("shareID"), path.Child("shareID"), errors);
        }
    }

    private static void ValidateDevices(JsonObject status, JsonObject? allocation, FieldErrorList errors)
    {
        var allocated = allocation.Child("devices").Items("results").Select(KeyOf).ToHashSet();
        DeviceLists.Validate(
            status, "devices", int.MaxValue, Status.Child("devices"), errors, (device, at) =>
            {
                ValidateDevice(device, at, errors);
                ValidateShare(device, at, errors);
                if (!allocated.Contains(KeyOf(device)))
                {
                    errors.Invalid(at, KeyOf(device), "must be an allocated device in the claim");
                }

                if (device.Count("conditions") is > MaxConditions and var count)
                {
                    errors.TooMany(at.Child("conditions"), count, MaxConditions);
                }

                ConditionRules.Validate(device.Items("conditions"), at.Child("conditions"), errors);
                if (device["data"] is { } data)
                {
                    DeviceConfigurationRules.ValidateObject(data, MaxDataBytes, at.Child("data"), errors);
                }

                ValidateNetwork(device.Child("networkData"), at.Child("networkData"), errors);
            },
            KeyOf);
    }

    private static string KeyOf(JsonObject device)
    {
        var share = device.Text("shareID") is { Length: > 0 } id ? "/" + id : "";
        return $"{device.Text("driver")}/{device.Text("pool")}/{device.Text("device")}{share}";
    }

    private static void ValidateNetwork(JsonObject? data, FieldPath path, FieldErrorList errors)
    {
        if (data.Text("interfaceName").Length > MaxInterfaceNameBytes)
        {
            errors.TooLong(path.Child("interfaceName"), MaxInterfaceNameBytes);
        }

        if (data.Text("hardwareAddress").Length > MaxHardwareAddressBytes)
        {
            errors.TooLong(path.Child("hardwareAddress"), MaxHardwareAddressBytes);
        }

        DeviceLists.ValidateTexts(
            data, "ips", MaxAddresses, path.Child("ips"), errors,
            (address, at) => AddressRules.ValidateInterface(address, at, errors));
    }
}
