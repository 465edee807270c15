using Kube1.Network.Hosts;
using Kube1.Runtimes.Linux.Nftables;

namespace Kube1.Runtimes.Linux.Preflight;

/// <summary>Whether the kernel can do what containers and Services are made of.</summary>
public static class KernelFeatures
{
    /// <summary>overlayfs, loaded or to be loaded when it is first mounted.</summary>
    public static Finding Overlay(string root = "/")
    {
        const string subject = "overlayfs";
        var filesystems = Path.Combine(root, "proc/filesystems");
        if (File.Exists(filesystems) && File.ReadLines(filesystems).Any(l => l.Split('\t')[^1] == "overlay"))
        {
            return Finding.Fine(subject, "there");
        }

        var release = Path.Combine(root, "proc/sys/kernel/osrelease");
        var modules = Path.Combine(root, "lib/modules", File.Exists(release) ? File.ReadAllText(release).Trim() : "");
        return new[] { "modules.builtin", "modules.dep" }.Select(f => Path.Combine(modules, f)).Where(File.Exists)
            .Any(f => Offers(File.ReadLines(f), "overlay"))
            ? Finding.Fine(subject, "a module that is loaded when needed")
            : Finding.Problem(
                subject, "the kernel does not have it, so that every container would get a whole copy of its image",
                "install a kernel with CONFIG_OVERLAY_FS, then `modprobe overlay`");
    }

    /// <summary>nftables, by trying: <paramref name="probe"/> is one transaction that leaves nothing behind.</summary>
    public static Finding PacketFilter(string probe)
    {
        const string subject = "nftables";
        try
        {
            using var nftables = new LibNftables();
            nftables.Run(probe);
            return Finding.Fine(subject, "the kernel takes the rules of Services");
        }
        catch (LibraryMissingException e)
        {
            return Finding.Problem(subject, e.Message, "apt-get install -y libnftables1 (Debian), dnf install -y nftables (Fedora)");
        }
        catch (NftablesException e)
        {
            return Finding.Problem(
                subject, $"the kernel does not take the rules of Services ({e.Message})",
                "modprobe -a nf_tables nft_chain_nat nft_fib_ipv4");
        }
    }

    /// <summary>Whether a list of modules ("kernel/fs/overlayfs/overlay.ko.xz: …") has one of this name.</summary>
    internal static bool Offers(IEnumerable<string> lines, string module) => lines
        .Select(l => Path.GetFileName(l.Split(':')[0])).Any(f => f.Split('.')[0] == module);
}
