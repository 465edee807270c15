namespace Kube1.Build;

/// <summary>
/// What a node needs from the system: a container runtime, runc, the CNI plugins and nftables. Installed through the
/// system's own package manager; nothing is done when all is there.
/// </summary>
internal static class Dependencies
{
    /// <summary>One need: how to see that it is met, and the package that meets it, per package manager.</summary>
    private sealed record Need(string What, Func<bool> IsMet, string Apt, string Dnf, string Zypper);

    private static readonly string[] Sbin = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    private static readonly Need[] Needs =
    [
        new("containerd", () => Shell.Find("containerd", Sbin) is not null, "containerd", "containerd", "containerd"),
        new("runc", () => Shell.Find("runc", Sbin) is not null, "runc", "runc", "runc"),
        new("CNI plugins", () => HasCniPlugins(), "containernetworking-plugins", "containernetworking-plugins", "cni-plugins"),
        new("nftables", () => Shell.Find("nft", Sbin) is not null, "nftables", "nftables", "nftables"),
        new("libnftables", () => HasLibrary("libnftables.so.1"), "libnftables1", "nftables", "libnftables1"),
    ];

    /// <summary>
    /// What only the end-to-end tests need: a static busybox to build images from, npm to fetch kubectl, ip to make another
    /// host and to see what is left behind.
    /// </summary>
    private static readonly Need[] TestNeeds =
    [
        new("busybox (static)", () => File.Exists("/bin/busybox"), "busybox-static", "busybox", "busybox-static"),
        new("npm", () => Shell.Find("npm") is not null, "npm", "npm", "npm-default"),
        new("ip", () => Shell.Find("ip", Sbin) is not null, "iproute2", "iproute", "iproute2"),
    ];

    public static int Install() => InstallMissing(Needs);

    public static int InstallForTests() => InstallMissing([.. Needs, .. TestNeeds]);

    private static int InstallMissing(IReadOnlyList<Need> needs)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BuildException(
                "a node's dependencies are installed on Linux only; on Windows, containerd has an installer of its own");
        }

        var missing = needs.Where(n => !n.IsMet()).ToList();
        if (missing.Count == 0)
        {
            Console.WriteLine("deps: all there");
            return 0;
        }

        var names = string.Join(", ", missing.Select(n => n.What));
        if (Environment.UserName != "root")
        {
            throw new BuildException($"missing: {names}; run `sudo ./build.sh deps`");
        }

        Console.WriteLine($"deps: installing {names}");
        if (Shell.Find("apt-get") is not null)
        {
            InstallWithApt([.. missing.Select(n => n.Apt).Distinct()]);
        }
        else if (Shell.Find("dnf") is not null)
        {
            Shell.Require("dnf could not install them", "dnf", ["install", "-y", .. missing.Select(n => n.Dnf).Distinct()]);
        }
        else if (Shell.Find("zypper") is not null)
        {
            Shell.Require("zypper could not install them", "zypper", ["install", "-y", .. missing.Select(n => n.Zypper).Distinct()]);
        }
        else
        {
            throw new BuildException($"no apt-get, dnf or zypper here: install {names} yourself");
        }

        var still = missing.Where(n => !n.IsMet()).Select(n => n.What).ToList();
        return still.Count == 0 ? 0 : throw new BuildException($"still missing after the installation: {string.Join(", ", still)}");
    }

    private static void InstallWithApt(string[] packages)
    {
        // Debian would start a containerd of its own; Kube1 supervises one itself. A service that is already there is left alone.
        Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive");
        Environment.SetEnvironmentVariable("RUNLEVEL", "1");
        // One mirror in trouble for a moment is no reason to give up.
        string[] retry = ["-o", "Acquire::Retries=3"];
        string[] install = [.. retry, "install", "-y", "--no-install-recommends", .. packages];
        if (Shell.Capture("apt-get", install).ExitCode != 0)
        {
            // A fresh machine has no package lists yet.
            Shell.Require("apt-get update failed", "apt-get", [.. retry, "update", "-q"]);
            Shell.Require("apt-get could not install them", "apt-get", install);
        }
    }

    private static bool HasCniPlugins() =>
        new[] { "/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni" }
            .Any(folder => new[] { "ptp", "host-local", "loopback" }.All(plugin => File.Exists(Path.Combine(folder, plugin))));

    private static bool HasLibrary(string name) =>
        new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64", "/lib" }
            .Any(folder => File.Exists(Path.Combine(folder, name)));
}
