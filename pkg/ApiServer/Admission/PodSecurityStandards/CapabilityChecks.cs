namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Which Linux capabilities containers may add and must drop.</summary>
internal static class CapabilityChecks
{
    /// <summary>What container runtimes give a container of themselves.</summary>
    private static readonly HashSet<string> Default =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    public static PodViolation? Baseline(PodFacts pod)
    {
        var (containers, added) = Adding(pod, Default.Contains);
        return containers.Count == 0
            ? null
            : new PodViolation("non-default capabilities", MustNotInclude(containers, added));
    }

    public static PodViolation? Restricted(PodFacts pod)
    {
        var keeping = pod.Where(c => c.Security?.Capabilities?.Drop?.Contains("ALL") != true);
        var (adding, added) = Adding(pod, name => name == "NET_BIND_SERVICE");
        var details = new List<string>();
        if (keeping.Count > 0)
        {
            details.Add($"{ViolationText.Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        if (adding.Count > 0)
        {
            details.Add(MustNotInclude(adding, added));
        }

        return details.Count == 0 ? null : new PodViolation("unrestricted capabilities", string.Join("; ", details));
    }

    private static (List<string> Containers, SortedSet<string> Added) Adding(PodFacts pod, Func<string, bool> isAllowed)
    {
        var added = new SortedSet<string>(StringComparer.Ordinal);
        var containers = pod.Where(c =>
        {
            var wrong = (c.Security?.Capabilities?.Add ?? []).Where(name => !isAllowed(name)).ToList();
            added.UnionWith(wrong);
            return wrong.Count > 0;
        });
        return (containers, added);
    }

    private static string MustNotInclude(List<string> containers, SortedSet<string> added) =>
        $"{ViolationText.Containers(containers)} must not include {ViolationText.Quoted(added)} in "
        + "securityContext.capabilities.add";
}
