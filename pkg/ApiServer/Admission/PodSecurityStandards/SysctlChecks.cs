namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Kernel parameters that reach no further than the pod.</summary>
internal static class SysctlChecks
{
    private static readonly string[] First =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    ];

    private static readonly string[] Since27 = [.. First, "net.ipv4.ip_local_reserved_ports"];

    private static readonly string[] Since29 =
    [
        .. Since27, "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ];

    private static readonly string[] Since32 = [.. Since29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

    /// <summary>The check: the list of safe parameters grew over the releases.</summary>
    public static PodCheckForm[] Forms { get; } =
    [
        new(0, Only(First)), new(27, Only(Since27)), new(29, Only(Since29)), new(32, Only(Since32)),
    ];

    private static Func<PodFacts, PodViolation?> Only(string[] safe)
    {
        var allowed = safe.ToHashSet(StringComparer.Ordinal);
        return pod =>
        {
            var others = (pod.Spec.SecurityContext?.Sysctls ?? []).Select(s => s.Name)
                .Where(name => !allowed.Contains(name)).ToList();
            return others.Count == 0 ? null : new PodViolation("forbidden sysctls", string.Join(", ", others));
        };
    }
}
