using Kube1.Api;
using Kube1.ApiServer.Admission.PodSecurityStandards;
using Kube1.ApiServer.Admission.Quotas;

namespace Kube1.ApiServer.Admission;

/// <summary>What an administrator may set of admission.</summary>
public sealed record AdmissionSettings
{
    /// <summary>Plug-ins to run besides those that run by default (--enable-admission-plugins).</summary>
    public IReadOnlyCollection<string> Enabled { get; init; } = [];

    /// <summary>Plug-ins not to run (--disable-admission-plugins).</summary>
    public IReadOnlyCollection<string> Disabled { get; init; } = [];

    /// <summary>What Pod Security does where labels say nothing, and for whom it does nothing.</summary>
    public PodSecuritySettings PodSecurity { get; init; } = new();

    /// <summary>What ResourceQuota lets be used only where a quota covers it.</summary>
    public IReadOnlyList<LimitedResource> LimitedResources { get; init; } = [];

    /// <summary>Whether a plug-in runs; those that the administrator cannot switch do.</summary>
    public bool Runs(string name) => !Disabled.Contains(name)
        && (Enabled.Contains(name) || !AdmissionPluginNames.IsKnown(name) || AdmissionPluginNames.IsOnByDefault(name));
}
