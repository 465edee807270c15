namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What an administrator may set of Pod Security: PodSecurityConfiguration (pod-security.admission.config.k8s.io).</summary>
public sealed record PodSecuritySettings
{
    /// <summary>What counts in a namespace whose labels say nothing.</summary>
    public NamespacePolicy Defaults { get; init; } = NamespacePolicy.Privileged;

    /// <summary>Users whose pods pass.</summary>
    public IReadOnlySet<string> ExemptUsers { get; init; } = new HashSet<string>();

    /// <summary>Namespaces whose labels do not count.</summary>
    public IReadOnlySet<string> ExemptNamespaces { get; init; } = new HashSet<string>();

    /// <summary>Runtime classes whose pods pass.</summary>
    public IReadOnlySet<string> ExemptRuntimeClasses { get; init; } = new HashSet<string>();
}
