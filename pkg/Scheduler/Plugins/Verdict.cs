namespace Kube1.Scheduler.Plugins;

/// <summary>Why a plugin turns a pod or a node down. No verdict (null) means yes.</summary>
internal sealed class Verdict
{
    private Verdict(string plugin, bool resolvable, string[] reasons)
    {
        Plugin = plugin;
        Resolvable = resolvable;
        Reasons = reasons;
    }

    public string Plugin { get; }

    /// <summary>Whether evicting other pods could change it (upstream's Unschedulable against UnschedulableAndUnresolvable).</summary>
    public bool Resolvable { get; }

    public IReadOnlyList<string> Reasons { get; }

    public string Message => string.Join(", ", Reasons);

    public static Verdict Unschedulable(string plugin, params string[] reasons) => new(plugin, true, reasons);

    public static Verdict Unresolvable(string plugin, params string[] reasons) => new(plugin, false, reasons);
}
