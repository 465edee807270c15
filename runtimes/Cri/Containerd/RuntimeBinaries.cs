namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>
/// Where containerd, runc and the CNI plugins are: first in the data directory's <c>bin</c>, then where the system has
/// them.
/// </summary>
public sealed record RuntimeBinaries(string Containerd, string Runc, string CniDirectory)
{
    private static readonly string[] SystemDirectories =
        ["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    private static readonly string[] CniDirectories =
        ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni", "/usr/local/libexec/cni"];

    // What a link of its own to the host needs for each pod; published ports are the Service proxy's work.
    private static readonly string[] CniPlugins = ["ptp", "host-local", "loopback"];

    /// <summary>Finds all of them, or says which are missing and how to install them.</summary>
    public static RuntimeBinariesSearch Find(string dataDirectory)
    {
        var own = Path.Combine(dataDirectory, "bin");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] directories = [own, .. path, .. SystemDirectories];
        return Find(directories, [own, .. CniDirectories, .. path], ReadDistribution("/etc/os-release"));
    }

    internal static RuntimeBinariesSearch Find(
        IReadOnlyList<string> directories, IReadOnlyList<string> cniDirectories, IReadOnlyList<string> distribution)
    {
        var missing = new List<string>();
        var containerd = Locate("containerd");
        Locate("containerd-shim-runc-v2");
        var runc = Locate("runc");
        var cni = cniDirectories.FirstOrDefault(d => CniPlugins.All(p => File.Exists(Path.Combine(d, p))));
        if (cni is null)
        {
            missing.Add("the CNI plugins " + string.Join(", ", CniPlugins));
        }

        var found = missing.Count == 0 ? new RuntimeBinaries(containerd!, runc!, cni!) : null;
        return new RuntimeBinariesSearch(found, missing, InstallCommand(distribution));

        string? Locate(string name)
        {
            var found = directories.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
            if (found is null)
            {
                missing.Add(name);
            }

            return found;
        }
    }

    internal static string InstallCommand(IReadOnlyList<string> distribution)
    {
        foreach (var id in distribution)
        {
            switch (id)
            {
                case "debian" or "ubuntu":
                    return "apt-get install -y containerd runc containernetworking-plugins";
                case "fedora" or "rhel" or "centos" or "rocky" or "almalinux":
                    return "dnf install -y containerd runc containernetworking-plugins";
                case "suse" or "opensuse":
                    return "zypper install -y containerd runc cni-plugins";
                case "alpine":
                    return "apk add containerd runc cni-plugins";
                case "arch":
                    return "pacman -S --noconfirm containerd runc cni-plugins";
            }
        }

        return "your package manager (containerd, runc, CNI plugins), or put the binaries into <data-dir>/bin";
    }

    /// <summary>ID, then the distributions that it is like (os-release(5)).</summary>
    internal static IReadOnlyList<string> ReadDistribution(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        var lines = File.ReadAllLines(file);
        return [.. Values("ID="), .. Values("ID_LIKE=")];

        IEnumerable<string> Values(string key) => lines
            .Where(l => l.StartsWith(key, StringComparison.Ordinal))
            .SelectMany(l => l[key.Length..].Trim('"', '\'').Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}

/// <summary>Either the binaries, or what is missing; and the command that installs them.</summary>
public sealed record RuntimeBinariesSearch(RuntimeBinaries? Found, IReadOnlyList<string> Missing, string InstallCommand)
{
    /// <summary>One sentence that names what is missing and the command; null when nothing is.</summary>
    public string? Problem =>
        Missing.Count == 0 ? null : $"not found: {string.Join("; ", Missing)}. Install with: {InstallCommand}";
}
