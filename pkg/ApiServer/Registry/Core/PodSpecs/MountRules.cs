using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Where containers mount volumes, as directories or as block devices.</summary>
internal static class MountRules
{
    /// <summary>Checks volumeMounts and volumeDevices of a container against the pod's sound volumes.</summary>
    public static void Validate(
        V1Container container, FieldPath path, Dictionary<string, V1Volume> volumes, FieldErrorList errors)
    {
        ValidateMounts(container, volumes, path.Child("volumeMounts"), errors);
        ValidateDevices(container, volumes, path.Child("volumeDevices"), errors);
    }

    private static void ValidateMounts(
        V1Container container, Dictionary<string, V1Volume> volumes, FieldPath path, FieldErrorList errors)
    {
        if (container.VolumeMounts is not { } mounts)
        {
            return;
        }

        var paths = new HashSet<string>(mounts.Count, StringComparer.Ordinal);
        foreach (var (mount, at) in mounts.Indexed(path))
        {
            errors.RequiredText(at.Child("name"), mount.Name);
            if (!volumes.ContainsKey(mount.Name))
            {
                errors.NotFound(at.Child("name"), mount.Name);
            }

            errors.RequiredText(at.Child("mountPath"), mount.MountPath);
            if (!paths.Add(mount.MountPath))
            {
                errors.Invalid(at.Child("mountPath"), mount.MountPath, "must be unique");
            }

            if (container.VolumeDevices is { } devices)
            {
                ValidateNoDevice(mount, devices, at, errors);
            }

            ValidateSubPaths(mount, path, at, errors);
            ValidatePropagation(container, mount, path.Child("mountPropagation"), errors);
            ValidateReadOnly(mount, path.Child("recursiveReadOnly"), errors);
        }
    }

    private static void ValidateNoDevice(
        V1VolumeMount mount, List<V1VolumeDevice> devices, FieldPath path, FieldErrorList errors)
    {
        if (devices.Exists(device => device.Name == mount.Name))
        {
            errors.Invalid(path.Child("name"), mount.Name, "must not already exist in volumeDevices");
        }

        if (devices.Exists(device => device.DevicePath == mount.MountPath))
        {
            errors.Invalid(path.Child("mountPath"), mount.MountPath, "must not already exist as a path in volumeDevices");
        }
    }

    // Some of upstream's paths name no mount.
    private static void ValidateSubPaths(V1VolumeMount mount, FieldPath path, FieldPath at, FieldErrorList errors)
    {
        var (subPath, expression) = (mount.SubPath ?? "", mount.SubPathExpr ?? "");
        if (subPath.Length > 0)
        {
            PathRules.Descending(subPath, path.Child("subPath"), errors);
        }

        if (expression.Length == 0)
        {
            return;
        }

        if (subPath.Length > 0)
        {
            errors.Invalid(at.Child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
        }

        PathRules.Descending(expression, path.Child("subPathExpr"), errors);
    }

    private static void ValidatePropagation(V1Container container, V1VolumeMount mount, FieldPath path, FieldErrorList errors)
    {
        if (mount.MountPropagation is not { } propagation)
        {
            return;
        }

        if (propagation is not ("Bidirectional" or "HostToContainer" or "None"))
        {
            errors.NotSupported(path, propagation, ["Bidirectional", "HostToContainer", "None"]);
        }

        if (propagation == "Bidirectional" && container.SecurityContext?.Privileged != true)
        {
            errors.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private static void ValidateReadOnly(V1VolumeMount mount, FieldPath path, FieldErrorList errors)
    {
        switch (mount.RecursiveReadOnly)
        {
            case null or "Disabled":
                break;
            case "Enabled" or "IfPossible":
                if (mount.ReadOnly != true)
                {
                    errors.Forbidden(path, "may only be specified when readOnly is true");
                }

                if (mount.MountPropagation is not (null or "None"))
                {
                    errors.Forbidden(path, "may only be specified when mountPropagation is None or not specified");
                }

                break;
            case var other:
                errors.NotSupported(path, other, ["Disabled", "Enabled", "IfPossible"]);
                break;
        }
    }

    private static void ValidateDevices(
        V1Container container, Dictionary<string, V1Volume> volumes, FieldPath path, FieldErrorList errors)
    {
        if (container.VolumeDevices is not { } devices)
        {
            return;
        }

        var paths = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (device, at) in devices.Indexed(path))
        {
            ValidateDeviceName(device, volumes, names, at.Child("name"), errors);
            errors.RequiredText(at.Child("devicePath"), device.DevicePath);
            if (paths.Contains(device.DevicePath))
            {
                errors.Invalid(at.Child("devicePath"), device.DevicePath, "must be unique");
            }

            if (PathRules.HasBackstep(device.DevicePath))
            {
                errors.Invalid(at.Child("devicePath"), device.DevicePath, "can not contain backsteps ('..')");
            }
            else
            {
                paths.Add(device.DevicePath);
            }

            if (container.VolumeMounts?.Exists(mount => mount.Name == device.Name) == true)
            {
                errors.Invalid(at.Child("name"), device.Name, "must not already exist in volumeMounts");
            }

            if (container.VolumeMounts?.Exists(mount => mount.MountPath == device.DevicePath) == true)
            {
                errors.Invalid(at.Child("devicePath"), device.DevicePath, "must not already exist as a path in volumeMounts");
            }
        }
    }

    private static void ValidateDeviceName(
        V1VolumeDevice device, Dictionary<string, V1Volume> volumes, HashSet<string> names, FieldPath path,
        FieldErrorList errors)
    {
        errors.RequiredText(path, device.Name);
        if (device.Name.Length > 0 && !names.Add(device.Name))
        {
            errors.Invalid(path, device.Name, "must be unique");
        }

        if (!volumes.TryGetValue(device.Name, out var volume))
        {
            errors.NotFound(path, device.Name);
        }
        else if (volume.PersistentVolumeClaim is null && volume.Ephemeral is null)
        {
            errors.Invalid(
                path, device.Name,
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        }
    }
}
