namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What makes a container's process more than a process.</summary>
internal static class PrivilegeChecks
{
    public static PodViolation? Privileged(PodFacts pod)
    {
        var containers = pod.Where(c => c.Security?.Privileged == true);
        return containers.Count == 0
            ? null
            : new PodViolation(
                "privileged", $"{ViolationText.Containers(containers)} must not set securityContext.privileged=true");
    }

    public static PodViolation? Escalation(PodFacts pod)
    {
        var containers = pod.Where(c => c.Security?.AllowPrivilegeEscalation != false);
        return containers.Count == 0
            ? null
            : new PodViolation(
                "allowPrivilegeEscalation != false",
                $"{ViolationText.Containers(containers)} must set securityContext.allowPrivilegeEscalation=false");
    }

    public static PodViolation? ProcMount(PodFacts pod)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var containers = pod.Where(c =>
        {
            if (c.Security?.ProcMount is not { } type || type == "Default")
            {
                return false;
            }

            types.Add(type);
            return true;
        });
        return containers.Count == 0
            ? null
            : new PodViolation(
                "procMount",
                $"{ViolationText.Containers(containers)} must not set securityContext.procMount to "
                + ViolationText.Quoted(types));
    }

    public static PodViolation? WindowsHostProcess(PodFacts pod)
    {
        var containers = pod.Where(c => c.Security?.WindowsOptions?.HostProcess == true);
        var podToo = pod.Spec.SecurityContext?.WindowsOptions?.HostProcess == true;
        return containers.Count == 0 && !podToo
            ? null
            : new PodViolation(
                "hostProcess",
                $"{ViolationText.Setters(podToo, containers)} must not set securityContext.windowsOptions.hostProcess=true");
    }
}
