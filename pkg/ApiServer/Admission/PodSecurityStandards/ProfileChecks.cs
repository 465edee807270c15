using Kube1.Api.Json;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>AppArmor, SELinux and seccomp: a profile may be chosen, confinement not be left.</summary>
internal static class ProfileChecks
{
    private const string AppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
    private const string SeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompPrefix = "container.seccomp.security.alpha.kubernetes.io/";
    private const string SeccompReason = "seccompProfile";

    private static readonly string[] SELinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t"];
    private static readonly string[] SELinuxTypesWithEngine = [.. SELinuxTypes, "container_engine_t"];

    public static PodViolation? AppArmor(PodFacts pod)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        var setters = new List<string>();
        if (pod.Spec.SecurityContext?.AppArmorProfile is { } ofPod && !IsConfined(ofPod.Type))
        {
            setters.Add("pod");
            values.Add(ofPod.Type);
        }

        var containers = pod.Where(c => c.Security?.AppArmorProfile is { } p && !IsConfined(p.Type) && Noted(values, p.Type));
        if (containers.Count > 0)
        {
            setters.Add(ViolationText.Containers(containers));
        }

        var annotations = (pod.Annotations ?? new Dictionary<string, string>())
            .Where(a => a.Key.StartsWith(AppArmorPrefix, StringComparison.Ordinal) && !IsAllowedAppArmor(a.Value))
            .Select(a => $"{a.Key}={GoText.Quote(a.Value)}").Order(StringComparer.Ordinal).ToList();
        if (annotations.Count > 0)
        {
            setters.Add(ViolationText.Plural("annotation", "annotations", annotations.Count));
        }

        if (setters.Count == 0)
        {
            return null;
        }

        List<string> wrong = [.. values, .. annotations];
        return new PodViolation(
            ViolationText.Plural("forbidden AppArmor profile", "forbidden AppArmor profiles", wrong.Count),
            $"{string.Join(" and ", setters)} must not set AppArmor profile type to {ViolationText.Quoted(wrong)}");
    }

    public static PodViolation? SELinux(PodFacts pod) => SELinux(pod, SELinuxTypes);

    public static PodViolation? SELinuxWithEngine(PodFacts pod) => SELinux(pod, SELinuxTypesWithEngine);

    /// <summary>Until 1.18 profiles were chosen by annotations.</summary>
    public static PodViolation? SeccompAnnotations(PodFacts pod)
    {
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        Look(SeccompOfPod);
        foreach (var container in pod.Containers)
        {
            Look(SeccompPrefix + container.Name);
        }

        return wrong.Count == 0
            ? null
            : new PodViolation(
                SeccompReason,
                $"forbidden {ViolationText.Plural("annotation", "annotations", wrong.Count)} {string.Join(", ", wrong)}");

        void Look(string annotation)
        {
            if (pod.Annotations?.TryGetValue(annotation, out var value) == true && !IsAllowedSeccomp(value))
            {
                wrong.Add($"{annotation}={GoText.Quote(value)}");
            }
        }
    }

    public static PodViolation? Seccomp(PodFacts pod)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        var ofPod = pod.Spec.SecurityContext?.SeccompProfile is { } profile && !IsConfined(profile.Type)
            && Noted(values, profile.Type);
        var containers = pod.Where(c => c.Security?.SeccompProfile is { } p && !IsConfined(p.Type) && Noted(values, p.Type));
        return !ofPod && containers.Count == 0
            ? null
            : new PodViolation(
                SeccompReason,
                $"{ViolationText.Setters(ofPod, containers)} must not set securityContext.seccompProfile.type to "
                + ViolationText.Quoted(values));
    }

    public static PodViolation? SeccompRequired(PodFacts pod)
    {
        if (Seccomp(pod) is { } wrong)
        {
            return wrong;
        }

        var silent = pod.Spec.SecurityContext?.SeccompProfile is not null
            ? []
            : pod.Where(c => c.Security?.SeccompProfile is null);
        return silent.Count == 0
            ? null
            : new PodViolation(
                SeccompReason,
                $"pod or {ViolationText.Containers(silent)} must set securityContext.seccompProfile.type to "
                + "\"RuntimeDefault\" or \"Localhost\"");
    }

    private static PodViolation? SELinux(PodFacts pod, string[] allowedTypes)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var (user, role) = (false, false);
        var ofPod = pod.Spec.SecurityContext?.SeLinuxOptions is { } options && IsWrong(options);
        var containers = pod.Where(c => c.Security?.SeLinuxOptions is { } o && IsWrong(o));
        if (!ofPod && containers.Count == 0)
        {
            return null;
        }

        var found = new List<string>();
        if (types.Count > 0)
        {
            found.Add(ViolationText.Plural("type", "types", types.Count) + " " + ViolationText.Quoted(types));
        }

        if (user)
        {
            found.Add("user may not be set");
        }

        if (role)
        {
            found.Add("role may not be set");
        }

        return new PodViolation(
            "seLinuxOptions",
            $"{ViolationText.Setters(ofPod, containers)} set forbidden securityContext.seLinuxOptions: "
            + string.Join("; ", found));

        bool IsWrong(V1SELinuxOptions given)
        {
            var wrongType = !allowedTypes.Contains(given.Type ?? "");
            if (wrongType)
            {
                types.Add(given.Type!);
            }

            var (hasUser, hasRole) = (!string.IsNullOrEmpty(given.User), !string.IsNullOrEmpty(given.Role));
            user |= hasUser;
            role |= hasRole;
            return wrongType || hasUser || hasRole;
        }
    }

    private static bool Noted(SortedSet<string> values, string value)
    {
        values.Add(value);
        return true;
    }

    private static bool IsConfined(string type) => type is "RuntimeDefault" or "Localhost";

    private static bool IsAllowedAppArmor(string value) =>
        value is "" or "runtime/default" || value.StartsWith("localhost/", StringComparison.Ordinal);

    private static bool IsAllowedSeccomp(string value) =>
        value is "runtime/default" or "docker/default" || value.StartsWith("localhost/", StringComparison.Ordinal);
}
