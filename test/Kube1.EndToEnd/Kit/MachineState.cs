namespace Kube1.EndToEnd.Kit;

/// <summary>What a cluster could leave behind on a machine, taken before and after to be compared.</summary>
internal sealed record MachineState(
    IReadOnlyList<string> Processes, IReadOnlyList<string> Mounts, IReadOnlyList<string> Devices,
    IReadOnlyList<string> Addresses, IReadOnlyList<string> Tables, IReadOnlyList<string> Cgroups,
    IReadOnlyList<string> Namespaces, IReadOnlyList<string> Switches, IReadOnlyList<string> RuntimeFiles)
{
    /// <summary>Where containerd, its shims and the CNI plugins keep state outside a data directory.</summary>
    private static readonly string[] RuntimeFolders =
        ["/run/containerd", "/var/lib/containerd", "/var/lib/cni", "/run/cni", "/etc/cni", "/run/runc", "/run/kube1", "/etc/kube1"];

    private static readonly string[] KernelSwitches = ["net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet"];

    /// <summary>Deep enough to see each container's folder, not the files of its image.</summary>
    private static readonly EnumerationOptions Shallow = new()
    {
        RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Services of the machine and its users' sessions come and go meanwhile, with cgroups and mounts of theirs.</summary>
    private static readonly string[] OfTheMachine =
        ["/system.slice", "/user.slice", "/init.scope", "/run/user/", "/run/credentials/", "/tmp/systemd-private-"];

    /// <summary>The kernel takes devices, mounts and cgroups away beside the program that gives them up.</summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>The state once it stands still: two looks in a row see the same.</summary>
    public static async Task<MachineState> SettledAsync()
    {
        var last = await TakeAsync();
        return await UntilAsync(now =>
        {
            var isSame = now.Since(last).Count + last.Since(now).Count == 0;
            last = now;
            return isSame;
        });
    }

    /// <summary>The state once nothing is here that was not before, or after a while all the same.</summary>
    public static Task<MachineState> ClearedAsync(MachineState before) => UntilAsync(now => now.Since(before).Count == 0);

    /// <summary>Kernel-managed cgroup controllers' own files are not folders, so folders are all that counts.</summary>
    public static async Task<MachineState> TakeAsync() => new(
        Processes: [.. Directory.EnumerateDirectories("/proc").Select(CommandOf).OfType<string>().Order()],
        // `ip netns` mounts its own folder once and for all, when the first test of a machine adds a namespace.
        Mounts: [.. File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4])
            .Where(m => m != "/run/netns" && IsOurs(m)).Order()],
        Devices: [.. (await LinesAsync("ip", "-o", "link", "show")).Select(l => l.Split(' ')[1])],
        Addresses: [.. (await LinesAsync("ip", "-o", "-4", "address", "show")).Select(l => l.Split(" scope ")[0])],
        Tables: await LinesAsync("nft", "list", "tables"),
        Cgroups: [.. Directory.EnumerateDirectories("/sys/fs/cgroup", "*", SearchOption.AllDirectories)
            .Where(IsOurs).Order()],
        Namespaces: Directory.Exists("/run/netns") ? [.. Directory.GetFiles("/run/netns").Order()] : [],
        Switches: [.. KernelSwitches.Select(s => $"{s} = {File.ReadAllText("/proc/sys/" + s).Trim()}")],
        RuntimeFiles: [.. RuntimeFolders.Where(Directory.Exists).SelectMany(
            f => Directory.EnumerateFileSystemEntries(f, "*", Shallow)).Order()]);

    /// <summary>What is here now and was not before, a line each; empty when nothing was left behind.</summary>
    public IReadOnlyList<string> Since(MachineState before) =>
    [
        .. Added("process", Processes, before.Processes), .. Added("mount", Mounts, before.Mounts),
        .. Added("device", Devices, before.Devices), .. Added("address", Addresses, before.Addresses),
        .. Added("table", Tables, before.Tables), .. Added("cgroup", Cgroups, before.Cgroups),
        .. Added("network namespace", Namespaces, before.Namespaces),
        .. Added("kernel switch", Switches, before.Switches), .. Added("file", RuntimeFiles, before.RuntimeFiles),
    ];

    private static async Task<MachineState> UntilAsync(Predicate<MachineState> holds)
    {
        using var limit = new CancellationTokenSource(SettlesWithin, TimeProvider.System);
        using var clock = new PeriodicTimer(LookEvery, TimeProvider.System);
        while (true)
        {
            await clock.WaitForNextTickAsync();
            var now = await TakeAsync();
            if (holds(now) || limit.IsCancellationRequested)
            {
                return now;
            }
        }
    }

    private static bool IsOurs(string path) => !OfTheMachine.Any(part => path.Contains(part, StringComparison.Ordinal));

    private static IEnumerable<string> Added(string what, IEnumerable<string> now, IEnumerable<string> before) =>
        now.Except(before).Select(line => $"{what}: {line}");

    /// <summary>The commands that a cluster starts; what else the machine starts meanwhile is not ours.</summary>
    private static string? CommandOf(string folder)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            var name = words.Length == 0 ? "" : Path.GetFileName(words[0]);
            return name.StartsWith("containerd", StringComparison.Ordinal) || name is "kube1" or "runc" or "pause" or "busybox"
                ? $"{Path.GetFileName(folder)} {string.Join(' ', words)}"
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(string program, params string[] arguments)
    {
        var result = await Programs.RunAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{program}: {result}");
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
