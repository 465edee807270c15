using System.Buffers;
using System.Text.RegularExpressions;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What pods on Windows may have, and what others may not: https://kubernetes.io/docs/concepts/windows/intro/</summary>
internal static partial class WindowsRules
{
    private const int MaxCredentialSpecKiB = 64;

    private const int MaxDomainChars = 256;

    private const int MaxUserChars = 104;

    private static readonly SearchValues<char> NotInUsers = SearchValues.Create("\"/\\:;|=,+*?<>@[]");

    private const string NotOnWindows = "cannot be set for a windows pod";

    private const string NotOnLinux = "windows options cannot be set for a linux pod";

    /// <summary>A pod that names its operating system has nothing of the other one.</summary>
    public static void ValidateOs(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        switch (spec.Os?.Name)
        {
            case null:
                break;
            case "":
                errors.Required(path.Child("os", "name"), "cannot be empty");
                break;
            case "linux":
                ForbidWindows(spec, path, errors);
                break;
            case "windows":
                ForbidLinux(spec, path, errors);
                break;
            case var other:
                errors.NotSupported(path.Child("os"), other, ["linux", "windows"]);
                break;
        }
    }

    /// <summary>Checks the options of a pod or a container.</summary>
    public static void ValidateOptions(V1WindowsSecurityContextOptions? options, FieldPath path, FieldErrorList errors)
    {
        if (options is null)
        {
            return;
        }

        if (options.GmsaCredentialSpecName is { } name)
        {
            errors.AddMessages(
                path.Child("gmsaCredentialSpecName"), name, NameRules.IsDns1123Subdomain, evenEmpty: true);
        }

        if (options.GmsaCredentialSpec is { } spec)
        {
            if (spec.Length == 0)
            {
                errors.Invalid(path.Child("gmsaCredentialSpec"), spec, "gmsaCredentialSpec cannot be an empty string");
            }
            else if (spec.Length > MaxCredentialSpecKiB * 1024)
            {
                errors.Invalid(
                    path.Child("gmsaCredentialSpec"), spec,
                    $"gmsaCredentialSpec size must be under {MaxCredentialSpecKiB} KiB");
            }
        }

        if (options.RunAsUserName is { } user)
        {
            ValidateUserName(user, path.Child("runAsUserName"), errors);
        }
    }

    /// <summary>Containers that run as processes of the host: all of a pod's, or none.</summary>
    public static void ValidateHostProcess(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        var ofPod = spec.SecurityContext?.WindowsOptions?.HostProcess;
        var (count, hosted) = (0, 0);
        foreach (var (context, at) in Contexts(spec, path))
        {
            count++;
            var own = context?.WindowsOptions?.HostProcess;
            if (ofPod is not null && own is not null && ofPod != own)
            {
                errors.Invalid(
                    at.Child("windowsOptions", "hostProcess"), own,
                    $"pod hostProcess value must be identical if both are specified, was {(ofPod.Value ? "true" : "false")}");
            }

            hosted += (own ?? ofPod) == true ? 1 : 0;
        }

        if (hosted == 0)
        {
            return;
        }

        if (hosted != count)
        {
            errors.Invalid(
                path, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        }

        if (spec.HostNetwork != true)
        {
            errors.Invalid(
                path.Child("hostNetwork"), false, "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    /// <summary>How upstream shows the options; null when there are none.</summary>
    public static VerbatimValue? Shown(V1WindowsSecurityContextOptions? options) => options is null ? null : VerbatimValue.Struct(
        ("GMSACredentialSpecName", options.GmsaCredentialSpecName), ("GMSACredentialSpec", options.GmsaCredentialSpec),
        ("RunAsUserName", options.RunAsUserName), ("HostProcess", options.HostProcess));

    private static void ForbidWindows(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.SecurityContext?.WindowsOptions is not null)
        {
            errors.Forbidden(path.Child("securityContext", "windowsOptions"), NotOnLinux);
        }

        foreach (var (context, at) in Contexts(spec, path))
        {
            if (context?.WindowsOptions is not null)
            {
                errors.Forbidden(at.Child("windowsOptions"), NotOnLinux);
            }
        }
    }

    private static void ForbidLinux(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("securityContext");
        var context = spec.SecurityContext ?? new V1PodSecurityContext();
        Forbid(context.AppArmorProfile, at, "appArmorProfile", errors);
        Forbid(context.SeLinuxOptions, at, "seLinuxOptions", errors);
        Forbid(spec.HostUsers, path, "hostUsers", errors);
        Forbid(spec.HostPID == true ? true : null, path, "hostPID", errors);
        Forbid(spec.HostIPC == true ? true : null, path, "hostIPC", errors);
        Forbid(context.SeccompProfile, at, "seccompProfile", errors);
        Forbid(context.FsGroup, at, "fsGroup", errors);
        Forbid(context.FsGroupChangePolicy, at, "fsGroupChangePolicy", errors);
        Forbid(context.Sysctls is { Count: > 0 } ? context.Sysctls : null, at, "sysctls", errors);
        Forbid(spec.ShareProcessNamespace, path, "shareProcessNamespace", errors);
        Forbid(context.RunAsUser, at, "runAsUser", errors);
        Forbid(context.RunAsGroup, at, "runAsGroup", errors);
        Forbid(context.SupplementalGroups, at, "supplementalGroups", errors);
        Forbid(context.SupplementalGroupsPolicy, at, "supplementalGroupsPolicy", errors);
        Forbid(context.SeLinuxChangePolicy, at, "seLinuxChangePolicy", errors);
        foreach (var (own, ownAt) in Contexts(spec, path))
        {
            if (own is not null)
            {
                ForbidLinux(own, ownAt, errors);
            }
        }
    }

    private static void ForbidLinux(V1SecurityContext context, FieldPath path, FieldErrorList errors)
    {
        Forbid(context.AppArmorProfile, path, "appArmorProfile", errors);
        Forbid(context.SeLinuxOptions, path, "seLinuxOptions", errors);
        Forbid(context.SeccompProfile, path, "seccompProfile", errors);
        Forbid(context.Capabilities, path, "capabilities", errors);
        Forbid(context.ReadOnlyRootFilesystem, path, "readOnlyRootFilesystem", errors);
        Forbid(context.Privileged, path, "privileged", errors);
        Forbid(context.AllowPrivilegeEscalation, path, "allowPrivilegeEscalation", errors);
        Forbid(context.ProcMount, path, "procMount", errors);
        Forbid(context.RunAsUser, path, "runAsUser", errors);
        Forbid(context.RunAsGroup, path, "runAsGroup", errors);
    }

    private static void Forbid(object? value, FieldPath path, string field, FieldErrorList errors)
    {
        if (value is not null)
        {
            errors.Forbidden(path.Child(field), NotOnWindows);
        }
    }

    // In the order in which upstream visits containers.
    private static IEnumerable<(V1SecurityContext? Context, FieldPath Path)> Contexts(V1PodSpec spec, FieldPath path)
    {
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++)
        {
            yield return (spec.InitContainers![i].SecurityContext, path.Child("initContainers").Index(i).Child("securityContext"));
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            yield return (spec.Containers[i].SecurityContext, path.Child("containers").Index(i).Child("securityContext"));
        }

        for (var i = 0; i < (spec.EphemeralContainers?.Count ?? 0); i++)
        {
            yield return (
                spec.EphemeralContainers![i].SecurityContext,
                path.Child("ephemeralContainers").Index(i).Child("securityContext"));
        }
    }

    // DOMAIN\USER, where the domain can be left out.
    private static void ValidateUserName(string name, FieldPath path, FieldErrorList errors)
    {
        var parts = name.Split('\\');
        if (name.Length == 0)
        {
            errors.Invalid(path, name, "runAsUserName cannot be an empty string");
        }
        else if (name.Any(char.IsControl))
        {
            errors.Invalid(path, name, "runAsUserName cannot contain control characters");
        }
        else if (parts.Length > 2)
        {
            errors.Invalid(path, name, "runAsUserName cannot contain more than one backslash");
        }
        else
        {
            if (parts.Length == 2)
            {
                ValidateDomain(parts[0], name, path, errors);
            }

            ValidateUser(parts[^1], name, path, errors);
        }
    }

    private static void ValidateDomain(string domain, string name, FieldPath path, FieldErrorList errors)
    {
        if (domain.Length >= MaxDomainChars)
        {
            errors.Invalid(path, name, $"runAsUserName's Domain length must be under {MaxDomainChars} characters");
        }

        if (!NetBiosName().IsMatch(domain) && !DnsName().IsMatch(domain))
        {
            errors.Invalid(path, name, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }

    private static void ValidateUser(string user, string name, FieldPath path, FieldErrorList errors)
    {
        if (user.Length == 0)
        {
            errors.Invalid(path, name, "runAsUserName's User cannot be empty");
        }
        else if (user.Length > MaxUserChars)
        {
            errors.Invalid(path, name, $"runAsUserName's User length must not be longer than {MaxUserChars} characters");
        }

        if (user.Length > 0 && user.AsSpan().IndexOfAnyExcept('.', ' ') < 0)
        {
            errors.Invalid(path, name, "runAsUserName's User cannot contain only periods or spaces");
        }

        if (user.AsSpan().IndexOfAny(NotInUsers) >= 0)
        {
            errors.Invalid(
                path, name, "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
        }
    }

    [GeneratedRegex(@"\A[^\\/:*?""<>|.][^\\/:*?""<>|]{0,14}\z")]
    private static partial Regex NetBiosName();

    [GeneratedRegex(@"\A[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z")]
    private static partial Regex DnsName();
}
