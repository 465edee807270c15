using Kube1.EndToEnd.Kit;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Images;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.EndToEnd.Runtimes;

/// <summary>A real containerd in a folder of its own, with everything removed at the end.</summary>
internal sealed class ContainerdFixture : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers = NullLoggerFactory.Instance;

    public ContainerdFixture()
    {
        if (Environment.UserName != "root")
        {
            Assert.Ignore("needs root");
        }

        // Short: it goes into the path of a Unix socket.
        Folder = Directory.CreateTempSubdirectory("k1cri").FullName;
        RuntimeUnderTest.LinkInto(Folder);
        var found = RuntimeBinaries.Find(Folder);
        Assert.That(found.Problem, Is.Null);
        Options = new ContainerdOptions
        {
            Directory = Path.Combine(Folder, "c"),
            Binaries = found.Found!,
            CniConfigDirectory = Path.Combine(Folder, "cni"),
        };
        Directory.CreateDirectory(Options.CniConfigDirectory);
        Supervisor = new ContainerdSupervisor(Options, _loggers, TimeProvider.System);
        Runtime = new CriPodRuntime(Options.Endpoint, _loggers, TimeProvider.System);
    }

    public string Folder { get; }

    public ContainerdOptions Options { get; }

    public ContainerdSupervisor Supervisor { get; }

    public CriPodRuntime Runtime { get; }

    public string Logs => Path.Combine(Folder, "logs");

    public async Task StartAsync(CancellationToken ct)
    {
        await Supervisor.StartAsync(ct);
        await PauseImage.EnsureAsync(Runtime, ct);
    }

    public ContainerdSupervisor AnotherSupervisor() => new(Options, _loggers, TimeProvider.System);

    public SandboxConfig Sandbox(string name) => new()
    {
        Metadata = new SandboxMetadata(name, "uid-" + name, "default", 0),
        LogDirectory = Logs,
        // The kubelet's parents are not made here: containerd's own default cgroup would stay behind too.
        CgroupParent = CgroupParent,
        Namespaces = new NamespaceOptions(Network: NamespaceMode.Node),
        Labels = new Dictionary<string, string> { ["test"] = "yes" },
    };

    /// <summary>The id in the pid file when it is another one by now.</summary>
    public async Task<int?> AnotherPidAsync(int old, CancellationToken ct) =>
        File.Exists(Options.PidFile)
        && int.TryParse(await File.ReadAllTextAsync(Options.PidFile, ct), out var pid) && pid != old ? pid : null;

    public string CgroupParent => "/k1cri-" + Path.GetFileName(Folder);

    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in await Runtime.ListSandboxesAsync(CancellationToken.None))
        {
            await Runtime.StopSandboxAsync(sandbox.Id, CancellationToken.None);
            await Runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }

        await Supervisor.StopAsync(CancellationToken.None);
        Runtime.Dispose();
        var mounts = File.ReadAllLines("/proc/self/mounts").Where(m => m.Contains(Folder, StringComparison.Ordinal));
        Assert.That(mounts, Is.Empty, "mounts left behind");
        RemoveCgroups();
        Directory.Delete(Folder, recursive: true);
    }

    private void RemoveCgroups()
    {
        foreach (var controller in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
        {
            var path = controller + CgroupParent;
            if (!Directory.Exists(path))
            {
                continue;
            }

            foreach (var child in Directory.GetDirectories(path))
            {
                Directory.Delete(child);
            }

            Directory.Delete(path);
        }
    }
}
