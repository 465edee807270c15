using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Security contexts: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/</summary>
internal static class SecurityRules
{
    private const string NotWithHostUsers = "when `pod.Spec.HostUsers` is false";

    private const int MaxProfileBytes = 4095;

    private static readonly string MessageOfIds = NameRules.InclusiveRange(0, int.MaxValue);

    private static readonly string[] ProfileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];

    /// <summary>Checks the security context of a pod; <paramref name="path"/> is that of its spec.</summary>
    public static void ValidatePod(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.SecurityContext is not { } context)
        {
            return;
        }

        var at = path.Child("securityContext");
        ValidateId(context.FsGroup, at.Child("fsGroup"), errors);
        ValidateId(context.RunAsUser, at.Child("runAsUser"), errors);
        ValidateId(context.RunAsGroup, at.Child("runAsGroup"), errors);
        foreach (var (group, groupAt) in context.SupplementalGroups.Indexed(at.Child("supplementalGroups")))
        {
            ValidateId(group, groupAt, errors);
        }

        if (spec.ShareProcessNamespace == true && spec.HostPID == true)
        {
            errors.Invalid(
                at.Child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled");
        }

        SysctlRules.Validate(spec, context.Sysctls, at.Child("sysctls"), errors);
        OneOfIfSet(context.FsGroupChangePolicy, ["Always", "OnRootMismatch"], at.Child("fsGroupChangePolicy"), errors);
        ValidateSeccomp(context.SeccompProfile, at.Child("seccompProfile"), errors);
        WindowsRules.ValidateOptions(context.WindowsOptions, at.Child("windowsOptions"), errors);
        ValidateAppArmor(context.AppArmorProfile, at.Child("appArmorProfile"), errors);
        OneOfIfSet(context.SupplementalGroupsPolicy, ["Merge", "Strict"], at.Child("supplementalGroupsPolicy"), errors);
        OneOfIfSet(context.SeLinuxChangePolicy, ["MountOption", "Recursive"], at.Child("seLinuxChangePolicy"), errors);
    }

    /// <summary>A pod with users of its own shares no other namespace with the host.</summary>
    public static void ValidateHostUsers(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.HostUsers != false)
        {
            return;
        }

        foreach (var (field, isSet) in new[]
        {
            ("hostNetwork", spec.HostNetwork), ("HostPID", spec.HostPID), ("HostIPC", spec.HostIPC),
        })
        {
            if (isSet == true)
            {
                errors.Forbidden(path.Child(field), NotWithHostUsers);
            }
        }
    }

    /// <summary>Checks the security context of a container.</summary>
    public static void ValidateContainer(
        V1SecurityContext? context, bool hostUsers, FieldPath path, FieldErrorList errors)
    {
        if (context is null)
        {
            return;
        }

        ValidateId(context.RunAsUser, path.Child("runAsUser"), errors);
        ValidateId(context.RunAsGroup, path.Child("runAsGroup"), errors);
        OneOfIfSet(context.ProcMount, ["Default", "Unmasked"], path.Child("procMount"), errors);
        if (hostUsers && context.ProcMount == "Unmasked")
        {
            errors.Invalid(path.Child("procMount"), context.ProcMount, "`hostUsers` must be false to use `Unmasked`");
        }

        ValidateSeccomp(context.SeccompProfile, path.Child("seccompProfile"), errors);
        if (context.AllowPrivilegeEscalation == false)
        {
            ValidateNoEscalation(context, path, errors);
        }

        WindowsRules.ValidateOptions(context.WindowsOptions, path.Child("windowsOptions"), errors);
        ValidateAppArmor(context.AppArmorProfile, path.Child("appArmorProfile"), errors);
    }

    /// <summary>An AppArmor profile; absent ones are sound.</summary>
    public static void ValidateAppArmor(V1AppArmorProfile? profile, FieldPath path, FieldErrorList errors)
    {
        const string needed = "must be set when AppArmor type is Localhost";
        var at = path.Child("localhostProfile");
        switch (profile?.Type)
        {
            case null:
                break;
            case "Localhost" when profile.LocalhostProfile is null:
                errors.Required(at, needed);
                break;
            case "Localhost":
                var local = profile.LocalhostProfile;
                if (local.Trim() != local)
                {
                    errors.Invalid(at, local, "must not be padded with whitespace");
                }
                else if (local.Length == 0)
                {
                    errors.Required(at, needed);
                }

                if (local.Length > MaxProfileBytes)
                {
                    errors.TooLong(at, MaxProfileBytes);
                }

                break;
            case "RuntimeDefault" or "Unconfined":
                if (profile.LocalhostProfile is { } unused)
                {
                    errors.Invalid(at, unused, "can only be set when AppArmor type is Localhost");
                }

                break;
            case "":
                errors.Required(path.Child("type"), "type is required when appArmorProfile is set");
                break;
            case var other:
                errors.NotSupported(path.Child("type"), other, ProfileTypes);
                break;
        }
    }

    private static void ValidateSeccomp(V1SeccompProfile? profile, FieldPath path, FieldErrorList errors)
    {
        if (profile is null)
        {
            return;
        }

        if (profile.Type.Length == 0)
        {
            errors.Required(path.Child("type"), "type is required when seccompProfile is set");
        }
        else if (!ProfileTypes.Contains(profile.Type))
        {
            errors.NotSupported(path.Child("type"), profile.Type, ProfileTypes);
        }

        var at = path.Child("localhostProfile");
        if (profile.Type != "Localhost")
        {
            if (profile.LocalhostProfile is { } unused)
            {
                errors.Invalid(
                    at, VerbatimValue.Struct(("Type", profile.Type), ("LocalhostProfile", unused)),
                    "can only be set when seccomp type is Localhost");
            }
        }
        else if (profile.LocalhostProfile is { } local)
        {
            PathRules.Descending(local, at, errors);
        }
        else
        {
            errors.Required(at, "must be set when seccomp type is Localhost");
        }
    }

    private static void ValidateNoEscalation(V1SecurityContext context, FieldPath path, FieldErrorList errors)
    {
        if (context.Privileged == true)
        {
            errors.Invalid(
                path, Shown(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }

        foreach (var _ in (context.Capabilities?.Add ?? []).Where(capability => capability == "CAP_SYS_ADMIN"))
        {
            errors.Invalid(
                path, Shown(context),
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }

    private static VerbatimValue Shown(V1SecurityContext context) => VerbatimValue.Struct(
        ("Capabilities", context.Capabilities is { } capabilities
            ? VerbatimValue.Struct(
                ("Add", VerbatimValue.List(capabilities.Add)), ("Drop", VerbatimValue.List(capabilities.Drop)))
            : null),
        ("Privileged", context.Privileged),
        ("SELinuxOptions", context.SeLinuxOptions is { } selinux
            ? VerbatimValue.Struct(
                ("User", selinux.User ?? ""), ("Role", selinux.Role ?? ""), ("Type", selinux.Type ?? ""),
                ("Level", selinux.Level ?? ""))
            : null),
        ("WindowsOptions", WindowsRules.Shown(context.WindowsOptions)),
        ("RunAsUser", context.RunAsUser), ("RunAsGroup", context.RunAsGroup), ("RunAsNonRoot", context.RunAsNonRoot),
        ("ReadOnlyRootFilesystem", context.ReadOnlyRootFilesystem),
        ("AllowPrivilegeEscalation", context.AllowPrivilegeEscalation), ("ProcMount", context.ProcMount),
        ("SeccompProfile", context.SeccompProfile is { } seccomp
            ? VerbatimValue.Struct(("Type", seccomp.Type), ("LocalhostProfile", seccomp.LocalhostProfile))
            : null),
        ("AppArmorProfile", context.AppArmorProfile is { } appArmor
            ? VerbatimValue.Struct(("Type", appArmor.Type), ("LocalhostProfile", appArmor.LocalhostProfile))
            : null));

    private static void OneOfIfSet(string? value, string[] supported, FieldPath path, FieldErrorList errors)
    {
        if (value is not null && !supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }

    private static void ValidateId(long? id, FieldPath path, FieldErrorList errors)
    {
        if (id is < 0 or > int.MaxValue)
        {
            errors.Invalid(path, id, MessageOfIds);
        }
    }
}
