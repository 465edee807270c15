using System.Security.Cryptography;
using System.Text;

namespace Kube1.Runtimes.Linux.Teardown;

/// <summary>Where one containerd keeps what lives until the next boot, and the socket that shims know it by.</summary>
public sealed record RuntimeLocation(string State, string Socket);

/// <summary>
/// What the shims of one containerd leave in folders that all containerds of the machine share, whatever their state
/// directory is. Found by the ids of sandboxes: of the shims that run, and of those that died but are still known.
/// </summary>
internal sealed class ShimTraces
{
    private const string SocketDirectory = "/run/containerd/s";
    private const string CniResultDirectory = "/var/lib/cni/results";

    /// <summary>All that comes through CRI is in this namespace of containerd.</summary>
    private const string ContainerdNamespace = "k8s.io";

    private readonly RuntimeLocation _runtime;
    private readonly string _sockets;
    private readonly string _results;
    private readonly HashSet<string> _sandboxes;

    /// <summary>Looks for the sandboxes; their processes and folders may be gone afterwards.</summary>
    /// <param name="runtime">The containerd.</param>
    /// <param name="shims">The command lines of its shims.</param>
    /// <param name="sockets">The folder of all shims' sockets.</param>
    /// <param name="results">The folder of all CNI plugins' answers.</param>
    public ShimTraces(
        RuntimeLocation runtime, IEnumerable<string[]> shims, string sockets = SocketDirectory,
        string results = CniResultDirectory)
    {
        (_runtime, _sockets, _results) = (runtime, sockets, results);
        _sandboxes = [.. shims.Select(words => After(words, "-id")).OfType<string>(), .. KnownSandboxes(runtime.State)];
    }

    /// <summary>Removes sockets and results.</summary>
    public void Remove()
    {
        // The folder goes with each reboot, what containerd knows of its sandboxes does not.
        foreach (var id in Directory.Exists(_sockets) ? _sandboxes : [])
        {
            File.Delete(SocketOf(id));
        }

        // containerd keeps what CNI plugins answered here, with the sandbox's id in the name.
        foreach (var file in Directory.Exists(_results) ? Directory.GetFiles(_results) : [])
        {
            if (_sandboxes.Any(id => Path.GetFileName(file).Contains(id, StringComparison.Ordinal)))
            {
                File.Delete(file);
            }
        }

        RemoveIfEmpty(_sockets);
        RemoveIfEmpty(_results);
    }

    /// <summary>
    /// The folder and the one that it is in, where no other containerd has anything in them. Who needs them makes them:
    /// shims with each socket, CNI plugins with each result.
    /// </summary>
    private static void RemoveIfEmpty(string folder)
    {
        foreach (var path in new[] { folder, Path.GetDirectoryName(folder)! })
        {
            try
            {
                Directory.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // It was never made.
            }
            catch (IOException)
            {
                return; // others have something there
            }
        }
    }

    /// <summary>
    /// The name is a hash of containerd's socket, the namespace and the sandbox: SocketAddress in containerd's
    /// runtime/v2/shim.
    /// </summary>
    private string SocketOf(string sandbox) => Path.Combine(
        _sockets,
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{_runtime.Socket}/{ContainerdNamespace}/{sandbox}"))));

    /// <summary>A shim that was killed leaves its socket; its sandbox has a folder until it is removed too.</summary>
    private static IEnumerable<string> KnownSandboxes(string state) => Directory.Exists(state)
        ? Directory.GetDirectories(state).Select(plugin => Path.Combine(plugin, "sandboxes")).Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories).Select(folder => Path.GetFileName(folder)!)
        : [];

    private static string? After(string[] words, string flag) =>
        Array.IndexOf(words, flag) is var at and >= 0 && at + 1 < words.Length ? words[at + 1] : null;
}
