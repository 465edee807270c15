using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What a pod's status may say of the health of its containers' devices (KEP-4680).</summary>
internal static class DeviceHealthRules
{
    private const string Field = "allocatedResourcesStatus";

    private const string Claim = "claim:";

    private const string NoClaim = "must match one of the container's resource claims in a format "
        + "'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";

    private const string NoRequest = "must match one of the container's resource requests";

    private static readonly string[] Healths = ["Healthy", "Unhealthy", "Unknown"];

    /// <summary>Devices are those that the containers of the spec ask for; a status of no container may name any.</summary>
    public static void Validate(
        List<V1ContainerStatus>? statuses, IEnumerable<JsonObject> containers, FieldPath path, FieldErrorList errors)
    {
        foreach (var (status, at) in statuses.Indexed(path))
        {
            var container = status.AllocatedResourcesStatus is null
                ? null
                : containers.FirstOrDefault(container => container.Text("name") == status.Name);
            foreach (var (resource, resourceAt) in status.AllocatedResourcesStatus.Indexed(at.Child(Field)))
            {
                var ofClaim = resource.Name.StartsWith(Claim, StringComparison.Ordinal);
                if (container is not null && !(ofClaim ? HasClaim(container, resource.Name) : HasRequest(container, resource.Name)))
                {
                    errors.Invalid(resourceAt.Child("name"), resource.Name, ofClaim ? NoClaim : NoRequest);
                }

                ValidateDevices(resource.Resources, resourceAt.Child("resources"), errors);
            }
        }
    }

    /// <summary>Ephemeral containers have no devices.</summary>
    public static void Forbid(List<V1ContainerStatus>? statuses, FieldPath path, FieldErrorList errors)
    {
        foreach (var (status, at) in statuses.Indexed(path))
        {
            if (status.AllocatedResourcesStatus is { Count: > 0 })
            {
                errors.Forbidden(at.Child(Field), "must not be specified in container status");
            }
        }
    }

    private static void ValidateDevices(List<V1ResourceHealth>? devices, FieldPath path, FieldErrorList errors)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (device, at) in devices.Indexed(path))
        {
            if (!Healths.Contains(device.Health ?? ""))
            {
                errors.NotSupported(at.Child("health"), device.Health ?? "", Healths);
            }

            if (!known.Add(device.ResourceID))
            {
                errors.Duplicate(at.Child("resourceID"), device.ResourceID);
            }
        }
    }

    private static bool HasRequest(JsonObject container, string name) =>
        container.Child("resources").Child("requests")?.ContainsKey(name) == true;

    private static bool HasClaim(JsonObject container, string name) => container.Child("resources").Items("claims").Any(claim =>
        name == Claim + claim.Text("name") + (claim.Text("request") is { Length: > 0 } request ? "/" + request : ""));
}
