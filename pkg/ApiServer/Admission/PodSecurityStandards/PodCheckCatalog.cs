namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>
/// All rules, with the releases in which they changed.
/// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
/// </summary>
internal static class PodCheckCatalog
{
    public static IReadOnlyList<PodCheck> All { get; } =
    [
        new("appArmorProfile", SecurityLevel.Baseline, new PodCheckForm(0, ProfileChecks.AppArmor)),
        new("capabilities_baseline", SecurityLevel.Baseline, new PodCheckForm(0, CapabilityChecks.Baseline)),
        new("hostNamespaces", SecurityLevel.Baseline, new PodCheckForm(0, HostChecks.Namespaces)),
        new("hostPathVolumes", SecurityLevel.Baseline, new PodCheckForm(0, VolumeChecks.HostPaths)),
        new("hostPorts", SecurityLevel.Baseline, new PodCheckForm(0, HostChecks.Ports)),
        new("hostProbesAndHostLifecycle", SecurityLevel.Baseline, new PodCheckForm(34, HostChecks.Probes)),
        new("privileged", SecurityLevel.Baseline, new PodCheckForm(0, PrivilegeChecks.Privileged)),
        new("procMount", SecurityLevel.Baseline,
            new PodCheckForm(0, PrivilegeChecks.ProcMount),
            new PodCheckForm(35, UnlessUserNamespace(PrivilegeChecks.ProcMount))),
        new("seLinuxOptions", SecurityLevel.Baseline,
            new PodCheckForm(0, ProfileChecks.SELinux), new PodCheckForm(31, ProfileChecks.SELinuxWithEngine)),
        new("seccompProfile_baseline", SecurityLevel.Baseline,
            new PodCheckForm(0, ProfileChecks.SeccompAnnotations), new PodCheckForm(19, ProfileChecks.Seccomp)),
        new("sysctls", SecurityLevel.Baseline, SysctlChecks.Forms),
        new("windowsHostProcess", SecurityLevel.Baseline, new PodCheckForm(0, PrivilegeChecks.WindowsHostProcess)),
        new("allowPrivilegeEscalation", SecurityLevel.Restricted,
            new PodCheckForm(8, PrivilegeChecks.Escalation),
            new PodCheckForm(25, UnlessWindows(PrivilegeChecks.Escalation))),
        new("capabilities_restricted", SecurityLevel.Restricted,
            new PodCheckForm(22, CapabilityChecks.Restricted),
            new PodCheckForm(25, UnlessWindows(CapabilityChecks.Restricted))) { Overrides = "capabilities_baseline" },
        new("procMount_restricted", SecurityLevel.Restricted, new PodCheckForm(35, PrivilegeChecks.ProcMount))
            { Overrides = "procMount" },
        new("restrictedVolumes", SecurityLevel.Restricted, new PodCheckForm(0, VolumeChecks.Restricted))
            { Overrides = "hostPathVolumes" },
        new("runAsNonRoot", SecurityLevel.Restricted,
            new PodCheckForm(0, UserChecks.NonRoot), new PodCheckForm(35, UnlessUserNamespace(UserChecks.NonRoot))),
        new("runAsUser", SecurityLevel.Restricted,
            new PodCheckForm(23, UserChecks.RootUser), new PodCheckForm(35, UnlessUserNamespace(UserChecks.RootUser))),
        new("seccompProfile_restricted", SecurityLevel.Restricted,
            new PodCheckForm(19, ProfileChecks.SeccompRequired),
            new PodCheckForm(25, UnlessWindows(ProfileChecks.SeccompRequired))) { Overrides = "seccompProfile_baseline" },
    ];

    private static Func<PodFacts, PodViolation?> UnlessWindows(Func<PodFacts, PodViolation?> find) =>
        pod => pod.IsWindows ? null : find(pod);

    private static Func<PodFacts, PodViolation?> UnlessUserNamespace(Func<PodFacts, PodViolation?> find) =>
        pod => pod.HasUserNamespace ? null : find(pod);
}
